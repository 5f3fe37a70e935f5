"""Search for a counterexample of a law; the laws themselves are the tests of the rule engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from decimal import Decimal
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from apps.incentives.rules import spreading
from apps.incentives.rules.types.base import Payment
from apps.kernel import money
from proofs.arena import Report, arguments
from tests.rules.incentives import test_laws as clauses

CENTS = st.integers(-(10**13), 10**13).map(lambda fen: Decimal(fen).scaleb(-2))
CODES = st.sampled_from([f"D{number:03d}" for number in range(40)])
WEIGHTS = st.dictionaries(CODES, st.integers(0, 10**6).map(Decimal), min_size=1, max_size=12)
Law = Callable[[Any], None]


def parts_sum_to_the_whole(data: Any) -> None:
    """An amount split by weights: the parts sum to it, none is off its exact share by a fen or more."""
    total, weights = data.draw(CENTS), data.draw(WEIGHTS.filter(lambda each: any(each.values())))
    parts = money.allocate(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    assert all(
        abs(parts[code] - total * weight / whole) < Decimal("0.01") for code, weight in weights.items()
    )
    assert money.allocate(total, dict(reversed(weights.items()))) == parts


def _of(test: Any) -> Law:
    """The body of a test that hypothesis drives."""
    law: Law = test.hypothesis.inner_test
    return law


CONSERVATION: Mapping[str, Law] = {
    "parts sum to the whole": parts_sum_to_the_whole,
    "lines sum to the amount of a clause": _of(clauses.test_lines_sum_to_the_amount_in_any_order),
}
SANITY: Mapping[str, Law] = {
    "order of facts is irrelevant": _of(clauses.test_lines_sum_to_the_amount_in_any_order),
    "splitting a fact changes nothing": _of(clauses.test_splitting_a_fact_in_two_changes_nothing),
    "what is taken back leaves nothing": _of(clauses.test_what_is_taken_back_whole_leaves_nothing),
    "nothing is negative without a clawback": _of(clauses.test_nothing_is_negative_without_a_clawback),
    "caps hold": _of(clauses.test_caps_hold),
    "one more car never costs money": _of(clauses.test_one_more_car_never_costs_money_where_a_type_says_so),
}


def search(report: Report, laws: Mapping[str, Law], examples: int) -> None:
    """Try each law on so many examples; the smallest counterexample is a failure."""
    for name, law in laws.items():
        driven = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if examples > 1_000 else (Phase.generate,),
        )(seed(report.seed)(given(st.data())(_counted(report, law))))
        try:
            driven()
        except Exception as error:  # noqa: BLE001 - whatever a law raises is its counterexample
            report.expect(False, f"{name}: {type(error).__name__} {str(error)[:300]}")


def _counted(report: Report, law: Law) -> Law:
    def counted(data: Any) -> None:
        report.trials += 1
        law(data)

    return counted


def _line_by_line(total: Decimal, weights: Any, quantum: Decimal = money.FEN) -> dict[str, Decimal]:
    """Every part is rounded by itself."""
    pairs = dict(weights)
    whole = sum(pairs.values())
    return {code: (total * weight / whole).quantize(quantum) for code, weight in pairs.items()}


def _uncapped(payment: Payment, given: Any, cap: Any) -> Payment:
    """Caps are not looked at."""
    return payment


@contextmanager
def planted(proof: str) -> Iterator[None]:
    """The rules with the defect of a proof."""
    defects: dict[str, AbstractContextManager[Any]] = {
        "R1": mock.patch.object(money, "allocate", _line_by_line),
        "R2": mock.patch.object(spreading, "capped", _uncapped),
    }
    with defects.get(proof, nullcontext()):
        yield


def run(proof: str, laws: Mapping[str, Law], *, full: int, quick: int) -> int:
    """Run a proof of laws as a command."""
    options = arguments(proof)
    report = Report(proof, options.seed)
    with planted(proof if options.plant else ""):
        search(report, laws, quick if options.quick else full)
    return report.close()
