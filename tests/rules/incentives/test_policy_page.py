"""docs/policy-document.md names every field, type, parameter and exclusion code of the engine."""

from dataclasses import fields
from pathlib import Path

import pytest

from apps.incentives.rules import declared, document, reasons
from apps.incentives.rules.types import TYPES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "policy-document.md").read_text(encoding="utf-8")


def parts(cls, seen):
    """A declared dataclass and all it is made of."""
    if cls in seen:
        return seen
    seen.add(cls)
    for _name, each in declared.fields_of(cls):
        if isinstance(each.of, type):
            parts(each.of, seen)
    return seen


@pytest.mark.parametrize("code", TYPES)
def test_every_parameter_of_a_type_is_described(code):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{code}` "))
    assert TYPES[code].label.zh in row
    known = {declared.key_of(name, each) for name, each in declared.fields_of(TYPES[code].params)}
    shared = {"pay", "price_basis"} if "pay" in row.split("|")[2] else set()
    shared |= {"pay"} if code == "invoice_discount" else set()
    missing = {key for key in known - shared if f"`{key}`" not in row}
    assert not missing


def test_every_field_of_the_document_and_every_code_is_described():
    for cls in parts(document.PolicyDocument, set()):
        for name, each in declared.fields_of(cls):
            key = declared.key_of(name, each)
            assert f"`{key}`" in PAGE or f'"{key}"' in PAGE, (cls.__name__, key)
    assert all(f"**{code}**" in PAGE for code in reasons.EXCLUSIONS)


def test_every_field_is_declared_with_both_languages():
    classes = parts(document.PolicyDocument, set())
    for kind in TYPES.values():
        parts(kind.params, classes)
    for cls in classes:
        assert len(fields(cls)) == len(declared.fields_of(cls)), cls
        for _name, each in declared.fields_of(cls):
            assert each.label.zh and each.label.en
            assert all(choice.label.zh and choice.label.en for choice in each.choices)
            if each.help is not None:
                assert each.help.zh and each.help.en
