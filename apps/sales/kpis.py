"""KPIs of sales: what deliveries tell, and the funnel ratios whose inputs have no source yet.

Source: domain.md §2.2 (rows P-…), §1.1 (I-16). `needs` names what is missing in English; pages translate it.
"""

from __future__ import annotations

from decimal import Decimal

from apps.kernel.formula import Expression, M, ratio
from apps.kernel.kpi import Better, Kpi, Threshold, Unit

HQ = ("hq_admin", "hq_operations", "hq_finance", "hq_audit", "hq_experience", "executive")
FIELD = ("province_manager", "region_manager", "account_manager")
DEALER = ("dealer_general", "dealer_sales", "dealer_service", "dealer_finance")
EVERYONE = frozenset((*HQ, *FIELD, *DEALER, "integration"))
OWNER = "hq_operations"

UNITS = M("sales.retail_units")
AMOUNT = M("sales.retail_amount")
TARGET = M("targets.retail_units")
DUE = M("targets.retail_due_units")


def _kpi(
    code: str,
    label_zh: str,
    label_en: str,
    formula: Expression,
    unit: Unit,
    decimals: int,
    threshold: Threshold | None = None,
    source: str = "",
) -> Kpi:
    return Kpi(
        code=code,
        label_en=label_en,
        label_zh=label_zh,
        formula=formula,
        unit=unit,
        better=Better.HIGHER,
        decimals=decimals,
        audience=EVERYONE,
        owner=OWNER,
        threshold=threshold,
        source=source,
    )


def _open(
    source: str, code: str, label_zh: str, label_en: str, needs: tuple[str, ...], unit: Unit = Unit.PERCENT
) -> Kpi:
    return Kpi(
        code=code,
        label_en=label_en,
        label_zh=label_zh,
        formula=None,
        unit=unit,
        better=Better.LOWER if code in _LOWER else Better.HIGHER,
        decimals=1,
        audience=EVERYONE,
        owner=OWNER,
        threshold=_LIMITS.get(code),
        source=source,
        needs=needs,
    )


_LOWER = frozenset({"sales.lost_rate"})
_LIMITS = {
    "sales.follow_up_on_time_rate": Threshold.at_least(amber=Decimal("0.95"), red=None),
}
_PACE = Threshold.at_least(amber=Decimal("-0.05"), red=Decimal("-0.10"))
_SALES = Threshold.at_least(amber=Decimal(0), red=Decimal("-0.2"))

COMPUTED = (
    _kpi("sales.retail_units", "零售交付台数", "Retail deliveries", UNITS, Unit.UNITS, 0),
    _kpi("sales.retail_amount", "零售成交金额", "Retail amount", AMOUNT, Unit.YUAN, 2),
    _kpi("sales.ytd_units", "本年累计零售台数", "Retail deliveries, year to date", UNITS.ytd, Unit.UNITS, 0),
    _kpi(
        "sales.growth_yoy",
        "零售同比增长率",
        "Growth on last year",
        ratio(UNITS - UNITS.year_ago, UNITS.year_ago),
        Unit.PERCENT,
        1,
        _SALES,
    ),
    _kpi(
        "sales.growth_mom",
        "零售环比增长率",
        "Growth on last month",
        ratio(UNITS - UNITS.previous, UNITS.previous),
        Unit.PERCENT,
        1,
    ),
    _kpi(
        "sales.growth_ytd",
        "本年累计同比增长率",
        "Growth of the year to date",
        ratio(UNITS.ytd - UNITS.ytd.year_ago, UNITS.ytd.year_ago),
        Unit.PERCENT,
        1,
        _SALES,
    ),
    _kpi("sales.average_price", "单车均价", "Average price of a car", ratio(AMOUNT, UNITS), Unit.YUAN, 2),
    _kpi(
        "sales.target_achievement",
        "目标达成率",
        "Target achievement",
        ratio(UNITS, TARGET),
        Unit.PERCENT,
        1,
        source="P-14",
    ),
    _kpi(
        "sales.pace_gap",
        "进度差",
        "Pace gap",
        ratio(UNITS - DUE, TARGET),
        Unit.PERCENT,
        1,
        _PACE,
        source="P-14",
    ),
)
OPEN = (
    _open("P-01", "sales.valid_lead_rate", "有效线索率", "Valid-lead rate", ("Leads with their check",)),
    _open(
        "P-02",
        "sales.first_response_rate",
        "首响及时率",
        "First-response rate",
        ("Leads with the minute of the first contact",),
    ),
    _open("P-03", "sales.show_rate", "邀约到店率", "Show rate", ("Leads", "Showroom visits")),
    _open(
        "P-04", "sales.card_capture_rate", "留档率", "Card-capture rate", ("Walk-ins", "Opportunity cards")
    ),
    _open("P-05", "sales.test_drive_rate", "试驾率", "Test-drive rate", ("Test drives", "Opportunity cards")),
    _open("P-06", "sales.closing_rate", "成交率", "Closing rate", ("Orders", "Opportunity cards")),
    _open("P-07", "sales.lead_to_sale_rate", "线索成交率", "Lead-to-sale rate", ("Leads with their check",)),
    _open("P-08", "sales.order_delivery_rate", "订单交车率", "Order-to-delivery rate", ("Orders",)),
    _open("P-09", "sales.lost_rate", "战败率", "Lost rate", ("Lost opportunities with reasons", "Orders")),
    _open("P-10", "sales.referral_share", "转介绍率", "Referral share", ("Origin of the customer",)),
    _open(
        "P-11", "sales.revisit_rate", "二次到店率", "Re-visit rate", ("Showroom visits of an opportunity",)
    ),
    _open(
        "P-12",
        "sales.follow_up_on_time_rate",
        "跟进及时率",
        "Follow-up on time",
        ("Follow-up tasks with due dates",),
    ),
    _open(
        "P-13",
        "sales.units_per_consultant",
        "人均销量",
        "Units per sales consultant",
        ("Number of sales consultants",),
        Unit.NUMBER,
    ),
)
KPIS = (*COMPUTED, *OPEN)
