"""Choosing facts, exclusive groups, ceilings, conditions that block all; budgets and places."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from apps.incentives.rules import document, engine, network
from apps.incentives.rules.facts import DealerFacts, Evidence, Fact, Target
from tests.rules.incentives.golden import AS_OF, JUNE

PER_CAR = {"type": "volume", "params": {"scale": "fixed", "value": "1000"}}
DAY = date(2026, 6, 10)
CAR = Fact(
    "a", 1, D(1), DAY, model="M1", channel="showroom", customer_type="private",
    price=D(100000), pretax=D(90000), list_price=D(110000), invoiced_on=DAY, plated_on=DAY, in_area=True,
)  # fmt: skip


def policy(*clauses, **more):
    parts = [{"code": f"c{no}", **clause} for no, clause in enumerate(clauses, start=1)]
    return document.read({"code": "P", "label": {"zh": "政策", "en": "P"}, "components": parts, **more})


def clause(selection=None, **more):
    return {**PER_CAR, "selection": selection or {}, **more}


def dealer(*facts, no=1, **more):
    return DealerFacts(no, JUNE, facts, targets={"": Target(D(10))}, **more)


def settled(made, *facts, as_of=AS_OF, **more):
    return engine.evaluate(made, dealer(*facts, **more), as_of=as_of)


REGISTRATION = {"evidence": [{"kind": "registration", "within_days": 30, "since": "invoiced"}]}


UNPLATED = {"plated_on": None, "invoiced_on": date(2026, 6, 9)}
INSURED = {"insurance": Evidence("insurance", DAY, DAY)}


@pytest.mark.parametrize(
    ("selection", "change", "code"),
    [
        ({"models": ["M1"]}, {}, ""),
        ({"models": ["M2"]}, {}, "R01"),
        ({"model_lines": ["L"]}, {}, "R01"),
        ({"channels": ["fleet"]}, {}, "R02"),
        ({"customer_types": ["company"]}, {}, "R04"),
        ({"evidence": [{"kind": "invoice", "in_window": True}]}, {"invoiced_on": date(2026, 7, 1)}, "R03"),
        ({"evidence": [{"kind": "invoice", "in_window": True}]}, {"invoiced_on": date(2026, 5, 31)}, "R03"),
        ({"evidence": [{"kind": "invoice", "in_window": True}]}, {"invoiced_on": date(2026, 6, 30)}, ""),
        (REGISTRATION, {"plated_on": date(2026, 7, 10)}, ""),
        (REGISTRATION, {"plated_on": date(2026, 7, 11)}, "R07"),
        (REGISTRATION, UNPLATED, "R07"),
        (REGISTRATION, {**UNPLATED, "waived": frozenset({"R07"})}, ""),
        ({"evidence": [{"kind": "insurance"}]}, {}, "R14"),
        ({"evidence": [{"kind": "insurance"}]}, {"evidence": INSURED}, ""),
        ({"in_area_only": True}, {"in_area": False}, "R09"),
        ({"in_area_only": True}, {"in_area": None}, ""),
        ({"price_to_list": "0.95"}, {}, "R16"),
        ({"price_to_list": "0.9"}, {}, ""),
        ({"price_to_list": "0.95"}, {"waived": frozenset({"R16"})}, ""),
        ({}, {"risk": "false_retail"}, "R11"),
        ({}, {"risk": "customer_data"}, "R10"),
        ({}, {"occurred_on": date(2026, 7, 1)}, "R18"),
    ],
)  # fmt: skip
def test_a_fact_counts_or_says_why_not(selection, change, code):
    found = settled(policy(clause(selection)), CAR._replace(**change))
    assert found.amount == (D(0) if code else D(1000))
    assert [out.code for out in found.excluded] == ([code] if code else [])


def test_a_date_that_counts_may_still_come():
    made = policy(clause(), date_basis="plated")
    car = CAR._replace(plated_on=None)
    assert settled(made, car, as_of=date(2026, 6, 20)).pending[0].until == date(2026, 6, 30)
    assert settled(made, car).excluded[0].code == "R07"
    assert settled(made, car._replace(waived=frozenset({"R07"}))).amount == D(1000)


def test_cars_two_stores_sold_together_count_half_at_each():
    """Ten cars shared 50 : 50 are 5 + 5 and ten in the network; tiers and caps see the halves."""
    steps = [{"from": "5", "value": "500"}, {"from": "10", "value": "1000"}]
    tiers = {"scale": "cliff", "measure": "units", "tiers": steps}
    made = policy(clause(), {"type": "volume", "params": tiers}, clause(cap={"per_unit": "300"}))
    halves = {
        no: dealer(*(CAR._replace(key=f"{key}", dealer=no, units=D("0.5")) for key in range(10)), no=no)
        for no in (1, 2)
    }
    found = network.run(made, halves, as_of=AS_OF)
    for no in (1, 2):
        assert [(part.units, part.amount) for part in found[no].components] == [
            (D(5), D(5000)),
            (D(5), D(2500)),
            (D(5), D(1500)),
        ]
        assert {line.amount for line in found[no].components[0].lines} == {D(500)}
    assert sum(found[no].components[0].units for no in found) == D(10)
    back = CAR._replace(key="r", dealer=1, units=D("-0.5"), reverses="3")
    left = engine.evaluate(made, replace(halves[1], facts=(*halves[1].facts, back)), as_of=AS_OF)
    assert [(part.units, part.amount) for part in left.components] == [
        (D("4.5"), D(4500)),
        (D("4.5"), D(0)),
        (D("4.5"), D(1350)),
    ]


def test_facts_of_another_kind_are_none_of_a_clauses_business():
    found = settled(policy(clause()), CAR, CAR._replace(key="w", kind="wholesale"))
    assert (found.amount, found.excluded) == (D(1000), ())


def test_a_part_taken_back_follows_the_verdict_on_its_origin():
    made = policy(clause({"models": ["M1"]}))
    back = CAR._replace(key="b", units=D("-0.5"), reverses="a", model="")
    assert settled(made, CAR, back).amount == D(500)
    assert [out.code for out in settled(made, CAR._replace(model="M9"), back).excluded] == ["R01", "R01"]


def test_a_policy_for_other_dealers_pays_nothing_and_says_so():
    made = policy(clause(), eligibility={"city_tiers": ["1"], "opened_until": "2026-01-01"})
    opened = {"classes": {"city_tier": "1"}, "opened_on": date(2025, 1, 1)}
    assert settled(made, CAR, **opened).amount == D(1000)
    found = settled(made, CAR, classes={"city_tier": "2"}, opened_on=date(2025, 1, 1))
    assert (found.amount, found.reason, found.excluded[0].code) == (D(0), "not_eligible", "R15")
    assert settled(made, CAR, classes={"city_tier": "1"}).reason == "not_eligible"


def test_a_car_is_paid_once_in_an_exclusive_group():
    group = {"exclusive_group": "g"}
    made = policy(clause(**group, priority=2), clause({"models": ["M1"]}, **group, priority=1))
    other = CAR._replace(key="b", model="M2")
    found = settled(made, CAR, other)
    assert [line.key for line in found.component("c1").lines] == ["b"]
    assert [line.key for line in found.component("c2").lines] == ["a"]
    assert [(out.key, out.code) for out in found.component("c1").excluded] == [("a", "R06")]
    assert settled(made, CAR._replace(paid=frozenset({"g"}))).excluded[0].code == "R06"


def test_ceilings_of_all_clauses_cut_the_last_priority():
    made = policy(clause(priority=1), clause(priority=2), stacking={"total": "1500"})
    found = settled(made, CAR)
    assert [each.amount for each in found.components] == [D(1000), D(500)]
    made = policy(clause(), clause(), stacking={"ceiling": "0.02", "basis": "pretax"})
    assert settled(made, CAR).amount == D(1800)


def test_a_condition_that_blocks_all():
    gate = {"measure": "risk.red_lines", "operator": "at_most", "threshold": "0", "effect": "block_all"}
    made = policy(clause(gates=[gate]), clause())
    assert settled(made, CAR, measures={"risk.red_lines": D(0)}).amount == D(2000)
    assert settled(made, CAR, measures={"risk.red_lines": D(1)}).amount == D(0)
    unknown = settled(made, CAR)
    assert (unknown.amount, unknown.complete) == (None, False)
    assert {each.reason for each in unknown.components} == {"gate:risk.red_lines"}


def cars(no, count, day=DAY):
    return [CAR._replace(key=f"{no}-{at}", dealer=no, occurred_on=day) for at in range(count)]


def spent(made, *counts, days=(DAY, DAY, DAY)):
    given = {no: dealer(*cars(no, count, days[no - 1]), no=no) for no, count in enumerate(counts, start=1)}
    found = network.run(made, given, as_of=AS_OF)
    for outcome in found.values():
        for each in outcome.components:
            assert sum((line.amount for line in each.lines), D(0)) == each.amount
    return [found[no].amount for no in given]


def test_budgets_warn_cut_pro_rata_or_serve_who_comes_first():
    assert spent(policy(clause(), budget={"amount": "2000"}), 1, 2) == [D(1000), D(2000)]
    pro_rata = policy(clause(), budget={"amount": "1000", "mode": "pro_rata"})
    assert spent(pro_rata, 1, 1, 1) == [D("333.34"), D("333.33"), D("333.33")]
    assert spent(pro_rata, 1) == [D(1000)]
    first = policy(clause(), budget={"amount": "2500", "mode": "first_come"})
    assert spent(first, 2, 2, days=(date(2026, 6, 20), date(2026, 6, 1))) == [D(500), D(2000)]


def test_a_pool_limits_one_clause():
    made = policy(clause(cap={"pool": "1500"}), clause())
    assert spent(made, 1, 2) == [D(1500), D(3000)]


def test_what_is_taken_back_is_not_cut():
    back = {"type": "local_sales", "params": {"discount": "0.04", "clawback": "0.75"}}
    made = policy(back, clause(), budget={"amount": "500", "mode": "pro_rata"})
    given = {1: dealer(CAR._replace(in_area=False)), 2: dealer(CAR._replace(dealer=2), no=2)}
    found = network.run(made, given, as_of=AS_OF)
    # 2,700 is taken back; 2,000 paid leaves −700, which is within the budget
    assert [found[no].amount for no in (1, 2)] == [D("-1700.00"), D("1000.00")]


def test_places_are_shared_within_a_group():
    ranking = {"type": "contest", "params": {"measure": "m.x", "group": "region",
               "bands": [{"upto": "1", "value": "900"}, {"upto": "2", "value": "300"}]}}  # fmt: skip
    values = {1: (5, "N"), 2: (5, "N"), 3: (4, "N"), 4: (1, "S"), 5: (None, "S")}
    given = {
        no: dealer(no=no, classes={"region": region}, measures={} if value is None else {"m.x": D(value)})
        for no, (value, region) in values.items()
    }
    made = policy(ranking)
    places = network.standings(made, given, as_of=AS_OF)["c1"]
    assert {no: (each.rank, each.of) for no, each in places.items()} == {
        1: (1, 3), 2: (1, 3), 3: (3, 3), 4: (1, 1),
    }  # fmt: skip
    found = network.run(made, given, as_of=AS_OF)
    assert [found[no].amount for no in given] == [D(900), D(900), D(0), D(900), None]


def test_a_contract_is_settled_in_parts():
    tiers = [{"from": "5000", "value": "0.02"}, {"from": "10000", "value": "0.04"}]
    params = {"measure": "value", "pay": "rate", "price_basis": "price", "tiers": tiers}
    made = policy(
        {"type": "volume", "params": params},
        term={"kind": "range", "first": "2026-10-01", "last": "2026-12-31"},
    )  # fmt: skip
    window = made.window_of(date(2026, 10, 5))
    prices = {10: "3000", 11: "4000", 12: "20000"}
    facts, paid = [], []
    for month, price in prices.items():
        facts.append(Fact(f"{month}", 1, D(1), date(2026, month, 1), price=D(price)))
        given = DealerFacts(1, window, tuple(facts))
        cumulative = engine.evaluate(made, given, as_of=date(2026, month, 28)).amount
        paid.append(cumulative - sum(paid))
    assert paid == [D(0), D(140), D(940)]
