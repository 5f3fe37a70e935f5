"""Traces survive storing, and digests say equal exactly when values are."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.period import Month
from apps.kernel.trace import Step, Trace, TraceError, digest

D = Decimal
VALUES = st.none() | st.decimals(allow_nan=False, allow_infinity=False) | st.text()
TRACES = st.lists(
    st.builds(Step, st.text(), st.dictionaries(st.text(), VALUES, max_size=4), VALUES, st.text()), max_size=4
).map(lambda steps: Trace(tuple(steps)))


def test_the_stored_form_is_fixed() -> None:
    step = Step(
        "Rate on the whole base",
        {"Base": D("12000000.00"), "Rate": D("0.02"), "Gate": "met"},
        D("240000"),
        "x@1",
    )
    assert Trace((step,)).to_json() == (
        '[{"inputs":[["Base","12000000.00"],["Rate","0.02"],["Gate",{"text":"met"}]],'
        '"label":"Rate on the whole base","result":"240000","rule":"x@1"}]'
    )


@given(TRACES)
def test_a_trace_comes_back_as_it_was(trace: Trace) -> None:
    again = Trace.from_json(trace.to_json())
    assert again == trace
    assert again.to_json() == trace.to_json()
    assert [list(step.inputs) for step in again.steps] == [list(step.inputs) for step in trace.steps]


def test_whole_numbers_come_back_as_decimals() -> None:
    trace = Trace((Step("Units", {"Sold": 3}, 3, "x@1"),))
    assert Trace.from_json(trace.to_json()).steps[0].result == D(3)


@pytest.mark.parametrize(
    "text", ["", "{}x", "[1]", "[{}]", '[{"inputs":[],"label":"a","result":"x","rule":"r"}]']
)
def test_a_damaged_trace_is_refused(text: str) -> None:
    with pytest.raises(TraceError):
        Trace.from_json(text)


def test_a_float_is_no_trace_value() -> None:
    with pytest.raises(TraceError):
        Trace((Step("x", {"a": 1.5}, None, "r"),)).to_json()  # type: ignore[dict-item]
    with pytest.raises(TraceError):
        digest({"a": 1.5})


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Fact:
    code: str
    amount: Decimal


def test_the_digest_is_known() -> None:
    assert digest({"b": D("1.50"), "a": [1, None, True, "中"]}) == (
        "20a5ba31d8192d251a181c2e0371cfed9765ad07f0b4a1747dfe222fd21638ed"
    )


def test_equal_values_have_equal_digests() -> None:
    assert digest({"a": D("1.0"), "b": D(2)}) == digest({"b": D("2.00"), "a": D(1)})
    assert digest(D("-0.00")) == digest(D(0))
    assert digest({"x", "y"}) == digest({"y", "x"})
    assert digest((1, 2)) == digest([1, 2])
    assert digest(Colour.RED) == digest("red")
    assert digest(Month(2026, 7)) == digest(Month.parse("2026-07"))


def test_different_values_have_different_digests() -> None:
    seen = [
        digest(value)
        for value in (
            None, 0, False, "0", D(0), D("0.01"), "", [], {}, set(), [[]], date(2026, 7, 1), "2026-07-01",
            Fact("a", D(1)), Fact("a", D(2)), {"a": D(1)}, [1, 2], [2, 1], D("1E+2"), D(10), True,
        )
    ]  # fmt: skip
    assert len(set(seen)) == len(seen)
    assert digest(D("0.1234567890123456789012345678901")) != digest(D("0.1234567890123456789012345678902"))
