"""docs/recipes/add-a-rebate-type.md, followed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from apps.incentives.rules import compliance, declared, document, engine, words
from apps.incentives.rules.declared import DocumentError
from apps.incentives.rules.facts import DealerFacts, Window
from tests.recipes import pages

PAGE = "add-a-rebate-type.md"
TYPES = "apps/incentives/rules/types/"
JUNE = Window(date(2026, 6, 1), date(2026, 6, 30))


@pytest.fixture
def kind(write, append, monkeypatch):
    """The type of the recipe, in the catalogue."""
    module = write(PAGE, TYPES + "test_drive.py")
    monkeypatch.setattr("apps.incentives.rules.types.test_drive", module, raising=False)
    monkeypatch.delitem(document.TYPES, "test_drive", raising=False)
    append(PAGE, TYPES + "__init__.py")
    append(PAGE, "apps/incentives/rules/phrases.py")
    yield document.TYPES["test_drive"]
    del document.TYPES["test_drive"]


def policy(**params):
    clause = pages.block(PAGE, "clause").plain
    clause["params"].update(params)
    return document.read({"code": "P", "label": {"zh": "试驾", "en": "Drives"}, "components": [clause]})


def settled(made, **measures):
    given = DealerFacts(1, JUNE, (), measures={f"sales.{name}": D(value) for name, value in measures.items()})
    return engine.evaluate(made, given, as_of=date(2026, 7, 10)).components[0]


def test_a_period_is_settled_and_explained(kind):
    found = settled(policy(), test_drives=42)
    assert (found.amount, [line.amount for line in found.lines]) == (D("6000.00"), [D("6000.00")])
    assert (
        words.explain(found.trace, "zh")[0] == "试驾次数×每次金额：试驾次数 42，兑付次数 30，标准 200 → 6,000"
    )
    assert settled(policy(most=None), test_drives=42).amount == D("8400.00")
    missing = settled(policy())
    assert (missing.amount, missing.reason) == (None, "no_data:sales.test_drives")


def test_the_declaration_gives_form_bulletin_guard_and_measures(kind):
    made = policy()
    assert [name for name, _each in declared.fields_of(kind.params)] == ["value", "measure", "most"]
    assert words.bulletin(made, "zh-hans")[1].heading == "试驾支持"
    assert words.bulletin(made, "zh-hans")[1].lines[0] == "每次试驾支持200元，最多30次。"
    assert words.bulletin(made, "en")[1].lines[0] == "¥200 for every test drive, at most 30 of them."
    assert made.measures == {"sales.test_drives"}
    assert compliance.findings(made) == ()


@pytest.mark.parametrize(
    ("params", "path"), [({"value": "0"}, "value"), ({"value": "x"}, "value"), ({"wrong": "1"}, "wrong")]
)
def test_wrong_parameters_are_refused_with_their_place(kind, params, path):
    with pytest.raises(DocumentError) as caught:
        policy(**params)
    assert [each.path for each in caught.value.problems] == [f"components[0].params.{path}"]
