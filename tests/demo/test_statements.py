"""The books of the sample hold like those of real stores, and some lose money."""

from __future__ import annotations

from decimal import Decimal

from apps.demo.rules import profiles, stream
from apps.demo.rules.books import Sold, Store, audited, month_of, planned
from apps.finance.rules import checks
from apps.finance.rules.lines import completed
from apps.kernel.period import Month, months_between

MONTHS = list(months_between(Month(2025, 1), Month(2025, 12)))


def books_of(number: int) -> list[dict[str, Decimal]]:
    profile = profiles(30, 7)[number]
    rng = stream(7, "statements", profile.number)
    store = Store.of(profile, rng)
    found, before = [], None
    for place, month in enumerate(MONTHS):
        cars = round(profile.base_units) + place % 3
        sold = Sold(cars, cars * 128_000, cars * 125_000)
        before = month_of(store, month, sold, cars * 130_000, before, rng)
        lines = {code: Decimal(value) for code, value in before.lines.items()}
        prior, year = (found[-1], found) if found else (None, [])
        assert checks.check(lines, notes=before.notes, prior=prior, year=year) == []
        found.append(lines)
    return found


def lines_of(months: list[dict[str, Decimal]]) -> list[dict[str, int]]:
    return [{code: int(value) for code, value in month.items()} for month in months]


def test_every_month_passes_every_check_and_the_year_explains_the_audit() -> None:
    results = []
    for number in range(12):
        months = books_of(number)
        results.append(sum(month["PBT"] for month in months))
        lines, notes = audited(lines_of(months), stream(7, number))
        year = {code: Decimal(value) for code, value in lines.items()}
        errors = [one for one in checks.check(year, notes=notes) if one.level is checks.Level.ERROR]
        assert {one.line for one in errors} == {"Y10", "Y20", "Y30"}  # asked of months only
        asked = {row.line for row in checks.reconcile(year, months) if row.must_be_explained}
        assert asked & {"E80"} <= set(notes)
        plan = {code: Decimal(value) for code, value in planned(lines_of(months[-3:]), 1.05).items()}
        assert completed(plan) == plan  # nothing but lines that are planned, and totals that follow
        assert {"S10", "REV", "G1", "EXP", "PBT"} <= set(plan) and not {"B10", "K10", "Y10"} & set(plan)
        assert plan["E40"] == 1000 * round(sum(month["E40"] for month in months[-3:]) / 3000)
        assert plan["S10"] == round(Decimal("1.05") * sum(month["S10"] for month in months[-3:]) / 3)
    assert min(results) < 0 < max(results)
