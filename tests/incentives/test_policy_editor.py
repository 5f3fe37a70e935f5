"""The editor: a document drawn as fields and read back from a request is the same document."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from apps.incentives.forms import editor
from apps.incentives.forms.editor import Drawing
from apps.incentives.rules import clauses, declared, document, lifecycle
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.types import TYPES
from tests.incentives.typed import fields


def given(kind: str = "volume") -> dict[str, Any]:
    clause = clauses.new_clause(kind, set())
    return {"code": "P", "label": {"zh": "甲", "en": "A"}, "components": [clause]}


def round_trip(text: dict[str, Any]) -> dict[str, Any]:
    query = QueryDict(mutable=True)
    for name, values in fields(text).items():
        query.setlist(name, values)
    return editor.read_document(query)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_is_drawn_and_read_back_unchanged(kind: str) -> None:
    found, expected = lifecycle.checked(round_trip(given(kind))), lifecycle.checked(given(kind))
    assert [each.path for each in found[2]] == [each.path for each in expected[2]]
    if not expected[2]:
        assert found[1] == expected[1]


def test_percentages_are_typed_as_people_write_them() -> None:
    text = given()
    text["components"][0]["params"] |= {"tiers": [{"from": "0.8", "value": "1000"}]}
    node = next(
        each for each in Drawing("zh-hans", {}).part(PolicyDocument, text) if each.name == "components"
    )
    params = next(each for each in node.rows[0].kids if each.name.endswith(".params"))
    tier = next(each for each in params.kids if each.name.endswith(".tiers")).rows[0].kids
    assert [(each.name, each.value, each.unit) for each in tier] == [
        ("components.0.params.tiers.0.from", "80", "%"),
        ("components.0.params.tiers.0.value", "1000", "元"),
    ]
    assert document.read(round_trip(text)).components[0].params.tiers[0].reach == declared.Decimal("0.8")


def test_rows_and_clauses_are_added_and_removed() -> None:
    text = editor.reshape(given(), "add:components.0.params.tiers")
    assert len(text["components"][0]["params"]["tiers"]) == 2
    text = editor.reshape(text, "remove:components.0.params.tiers.0")
    text = editor.reshape(text, "add:components.0.gates")
    text = editor.reshape(text, "add:components.0.selection.evidence")
    text = editor.reshape(text, "clause:fleet")
    first, second = text["components"]
    assert len(first["params"]["tiers"]) == len(first["gates"]) == len(first["selection"]["evidence"]) == 1
    assert (second["code"], second["type"]) == ("B", "fleet")
    assert len(editor.reshape(text, "remove:components.0")["components"]) == 1
    assert editor.reshape(given(), "add:nowhere.0.x") == given()


def test_what_is_wrong_stands_at_its_field() -> None:
    _text, _digest, problems = lifecycle.checked(given())
    nodes = Drawing("zh-hans", {}, problems).part(PolicyDocument, given())
    clause = next(each for each in nodes if each.name == "components")
    assert clause.wrong
    tiers = next(each for each in clause.rows[0].kids if each.name.endswith("params")).kids
    row = next(each for each in tiers if each.name.endswith("tiers")).rows[0].kids
    assert [each.errors for each in row] == [("必填",), ("必填",)]
