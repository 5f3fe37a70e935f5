"""Every row of golden.csv, to the fen, with lines that sum to the amount in any order of facts."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from apps.incentives.rules import network
from apps.incentives.rules.types import TYPES
from tests.rules.incentives import golden

CASES = golden.cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.no}-{case.policy}")
def test_amount(case):
    document, given = golden.document_of(case), golden.network_of(case)
    found = network.run(document, given, as_of=golden.AS_OF)[1].components[0]
    if case.amount.startswith("none: "):
        assert (found.amount, found.reason) == (None, case.amount.removeprefix("none: "))
        assert found.lines == ()
        return
    assert (found.amount, found.reason) == (D(case.amount), "")
    assert sum((line.amount for line in found.lines), D(0)) == found.amount
    turned = replace(given[1], facts=given[1].facts[::-1])
    assert network.run(document, {**given, 1: turned}, as_of=golden.AS_OF)[1].components[0] == found


def test_every_type_and_at_least_120_cases_are_covered():
    assert len(CASES) >= 120
    assert {golden.POLICIES[case.policy]["type"] for case in CASES} == set(TYPES)
    assert {case.policy for case in CASES} == set(golden.POLICIES)
