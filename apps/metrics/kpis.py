"""The KPI of reporting discipline."""

from __future__ import annotations

from decimal import Decimal

from apps.core.roles import EVERYONE, Role
from apps.kernel.formula import M
from apps.kernel.kpi import Better, Kpi, Threshold, Unit

KPIS = (
    Kpi(
        code="metrics.feeds_on_time_rate",
        label_en="Share of feeds on time",
        label_zh="数据按时上报率",
        formula=M("metrics.feeds_on_time") / M("metrics.feeds_due"),
        unit=Unit.PERCENT,
        better=Better.HIGHER,
        decimals=1,
        audience=frozenset(str(role) for role in EVERYONE),
        owner=Role.HQ_OPERATIONS,
        threshold=Threshold.at_least(amber=Decimal(1), red=Decimal("0.5")),
        source="conventions",
    ),
)
