from __future__ import annotations

from decimal import Decimal

import pytest

from apps.kernel.kpi import Better, Unit
from apps.kernel.period import Month
from apps.portal.rules import change, headline_order, trend_months
from tests.portal.conftest import _kpi

D = Decimal


@pytest.mark.parametrize(
    ("unit", "better", "now", "before", "value", "relative", "tone"),
    [
        (Unit.UNITS, Better.HIGHER, "110", "100", "0.1", True, "good"),
        (Unit.UNITS, Better.HIGHER, "90", "100", "-0.1", True, "bad"),
        (Unit.YUAN, Better.LOWER, "110", "100", "0.1", True, "bad"),
        (Unit.PERCENT, Better.HIGHER, "0.05", "0.08", "-0.03", False, "bad"),
        (Unit.MONTHS, Better.BAND, "1.6", "1.2", "0.4", False, "flat"),
        (Unit.DAYS, Better.LOWER, "30", "45", "-15", False, "good"),
        (Unit.UNITS, Better.HIGHER, "100", "100", "0", True, "flat"),
        (Unit.YUAN, Better.HIGHER, "50", "-100", "1.5", True, "good"),
    ],
)
def test_a_change_has_a_size_and_a_meaning(unit, better, now, before, value, relative, tone):
    found = change(_kpi("test.kpi", "指标", unit, better), D(now), D(before))
    assert found is not None
    assert (found.value, found.relative, found.tone) == (D(value), relative, tone)


@pytest.mark.parametrize(("now", "before"), [(None, "1"), ("1", None), ("1", "0")])
def test_there_is_no_change_without_two_values(now, before):
    kpi = _kpi("test.kpi", "指标", Unit.UNITS, Better.HIGHER)
    assert change(kpi, now and D(now), before and D(before)) is None


def test_a_change_in_points_may_start_from_zero():
    found = change(_kpi("test.kpi", "指标", Unit.PERCENT, Better.HIGHER), D("0.1"), D(0))
    assert found is not None
    assert found.value == D("0.1")


def test_a_trend_ends_with_its_month():
    assert trend_months(Month(2026, 2), 3) == [Month(2025, 12), Month(2026, 1), Month(2026, 2)]


def test_headlines_come_in_their_order():
    known = {
        code: _kpi(code, "指标", Unit.UNITS, Better.HIGHER)
        for code in ("inventory.coefficient", "sales.other", "sales.retail_units")
    }
    assert [kpi.code for kpi in headline_order(known)] == ["sales.retail_units", "inventory.coefficient"]
