"""A policy document is read, kept and settled: the June policy of 1,000 / 1,500 / 2,000 per car."""

from datetime import date
from decimal import Decimal as D

import pytest

from apps.incentives.rules import document, engine, words
from apps.incentives.rules.declared import DocumentError
from apps.incentives.rules.facts import DealerFacts, Fact, Target, Window

JUNE = Window(date(2026, 6, 1), date(2026, 6, 30))
P1 = {
    "code": "P1",
    "label": {"zh": "六月零售返利", "en": "June retail rebate"},
    "components": [
        {
            "code": "c1",
            "type": "volume",
            "params": {
                "tiers": [
                    {"from": "0.8", "value": "1000"},
                    {"from": "1", "value": "1500"},
                    {"from": "1.1", "value": "2000"},
                ]
            },
            "selection": {
                "evidence": [
                    {"kind": "invoice", "in_window": True},
                    {"kind": "registration", "within_days": 30},
                ]
            },
        }
    ],
}


def cars(count, **other):
    return tuple(
        Fact(
            f"{no:03d}", 1, D(1), date(2026, 6, 1), invoiced_on=date(2026, 6, 1), plated_on=date(2026, 6, 9)
        )._replace(**other)
        for no in range(count)
    )


def settled(facts, as_of=date(2026, 7, 10)):
    given = DealerFacts(1, JUNE, facts, targets={"": Target(D(100))})
    return engine.evaluate(document.read(P1), given, as_of=as_of, look_ahead=True)


@pytest.mark.parametrize(("units", "amount"), [(79, "0"), (80, "80000"), (99, "99000"), (110, "220000")])
def test_the_tier_reached_applies_to_all_cars(units, amount):
    found = settled(cars(units))
    assert found.amount == D(amount)
    assert sum(line.amount for line in found.components[0].lines) == D(amount)


def test_excluded_cars_say_why_and_what_cures_them():
    facts = list(cars(100))
    facts[17] = facts[17]._replace(invoiced_on=date(2026, 7, 2))
    facts[44] = facts[44]._replace(plated_on=None)
    found = settled(tuple(facts))
    assert found.amount == D("98000.00")
    assert [(out.key, out.code, out.cure) for out in found.excluded] == [
        ("017", "R03", "invoice"),
        ("044", "R07", "registration"),
    ]
    step = found.components[0].next_step
    assert (step.units_to_go, step.gain, step.car_value) == (D(2), D("52000.00"), D("1000.00"))


def test_a_car_whose_evidence_may_still_come_is_pending():
    facts = (*cars(79), *(fact._replace(key="x", plated_on=None) for fact in cars(1)))
    found = settled(facts, as_of=date(2026, 7, 1))
    assert [(wait.key, wait.kind, wait.until) for wait in found.pending] == [
        ("x", "registration", date(2026, 7, 1))
    ]
    assert found.excluded == ()
    assert settled(facts, as_of=date(2026, 7, 2)).excluded[0].code == "R07"


def test_a_document_keeps_its_meaning_and_its_digest():
    read = document.read(P1)
    again = document.read(read.data())
    assert again == read
    assert again.sha256() == read.sha256()
    assert read.sha256() != document.read({**P1, "grace_days": 3}).sha256()


def test_every_problem_is_named_with_its_place():
    wrong = {
        "code": "",
        "label": {"zh": "x"},
        "components": [
            {"code": "a", "type": "volume", "params": {"tiers": [{"from": "x", "value": "1"}], "z": 1}},
            {"code": "a", "type": "nix", "params": {}},
        ],
    }
    with pytest.raises(DocumentError) as caught:
        document.read(wrong)
    assert [each.path for each in caught.value.problems] == [
        "code",
        "components[0].params.tiers[0].from",
        "components[0].params.z",
        "components[1].type",
    ]


def test_a_multiplier_of_zero_is_left_out_so_that_older_documents_keep_their_hash():
    clause = {"code": "c1", "type": "volume", "params": {"scale": "fixed", "value": "1000"}}
    body = {"code": "p", "label": {"zh": "p", "en": "p"}, "components": [clause]}
    plain = document.read(body)
    assert "penalty" not in plain.data()["components"][0]
    assert document.read({**body, "components": [clause | {"penalty": "0"}]}).sha256() == plain.sha256()
    fined = document.read({**body, "components": [clause | {"penalty": "1.5"}]})
    assert fined.data()["components"][0]["penalty"] == "1.5"
    assert document.read(fined.data()) == fined and fined.sha256() != plain.sha256()
    assert any("1.5倍" in line for article in words.bulletin(fined, "zh") for line in article.lines)
