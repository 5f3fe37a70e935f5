"""KPIs of stock: every row of domain.md §1.1 except I-12, which is the limits of alert rules."""

from __future__ import annotations

from decimal import Decimal

from apps.kernel.formula import Expression, M, minimum, ratio
from apps.kernel.kpi import Better, Kpi, Threshold, Unit

HQ = ("hq_admin", "hq_operations", "hq_finance", "hq_audit", "hq_experience", "executive")
FIELD = ("province_manager", "region_manager", "account_manager")
DEALER = ("dealer_general", "dealer_sales", "dealer_service", "dealer_finance")
EVERYONE = frozenset((*HQ, *FIELD, *DEALER, "integration"))
OWNER = "hq_operations"

STOCK = M("inventory.stock_units")
PAID = M("inventory.paid_transit_units")
HELD = STOCK + PAID
"""What a dealer has to sell: the stock on its yard and the paid cars on their way to it. Source: I-01."""
COST = M("inventory.stock_amount")
CAPITAL = M("inventory.capital_amount")
RETAIL = M("sales.retail_units")
RECEIVED = M("inventory.receipt_units")
MONTH_DAYS = 30
"""Days' supply reads the month's sales as sales of 30 days: it is 30 × the coefficient. Source: I-04."""
_BANDS = frozenset(
    {"inventory.coefficient", "inventory.coefficient_3m", "inventory.days_supply", "inventory.days_supply_90"}
)

BAND = Threshold(low_amber=Decimal("0.8"), high_amber=Decimal("1.5"), high_red=Decimal("2.5"))
DAYS = Threshold(low_amber=Decimal(24), high_amber=Decimal(45), high_red=Decimal(75))
AGED = Threshold.at_most(amber=Decimal("0.15"), red=Decimal("0.25"), inclusive=True)
_AUDIENCE = {"inventory.alert_index": frozenset(HQ)}
"""Others see the index on its own page, where no single dealer's answer can be read."""


def _kpi(
    source: str,
    code: str,
    label_zh: str,
    label_en: str,
    formula: Expression,
    unit: Unit,
    better: Better = Better.LOWER,
    decimals: int = 2,
) -> Kpi:
    return Kpi(
        code=code,
        label_en=label_en,
        label_zh=label_zh,
        formula=formula,
        unit=unit,
        better=Better.BAND if code in _BANDS else better,
        decimals=decimals,
        audience=_AUDIENCE.get(code, EVERYONE),
        owner=OWNER,
        threshold=_LIMITS.get(code),
        source=source,
    )


_LIMITS = {
    "inventory.coefficient": BAND,
    "inventory.coefficient_3m": BAND,
    "inventory.stock_depth": Threshold.at_most(amber=None, red=Decimal(2)),
    "inventory.days_supply": DAYS,
    "inventory.days_supply_90": DAYS,
    "inventory.aged_share": AGED,
    "inventory.aged_share_amount": AGED,
    "inventory.wholesale_to_retail": Threshold.at_most(amber=Decimal("1.1"), red=None),
    "inventory.channel_pressure": Threshold.at_most(amber=Decimal("1.1"), red=None),
    "inventory.alert_index": Threshold.at_most(amber=Decimal("0.5"), red=None),
    "inventory.mix_gap": Threshold.at_most(amber=Decimal("0.25"), red=Decimal("0.40")),
    "inventory.credit_line_share": Threshold.at_most(
        amber=Decimal("0.80"), red=Decimal("0.95"), inclusive=True
    ),
    "inventory.count_variance_rate": Threshold.at_most(amber=Decimal(0), red=None),
    "inventory.count_missing_units": Threshold.at_most(amber=None, red=Decimal(0)),
    "inventory.fifo_violation_rate": Threshold.at_most(amber=Decimal(0), red=None),
}
_MEAN = ratio(M("inventory.age_days"), STOCK)
KPIS = (
    _kpi("I-01", "inventory.coefficient", "库存系数", "Inventory coefficient", HELD / RETAIL, Unit.MONTHS),
    _kpi(
        "I-01b",
        "inventory.coefficient_3m",
        "三月均库存系数",
        "Inventory coefficient on 3 months",
        HELD / RETAIL.mean(3),
        Unit.MONTHS,
    ),
    _kpi("I-02", "inventory.stock_depth", "库存深度", "Stock depth", HELD / RETAIL, Unit.MONTHS),
    _kpi(
        "I-04",
        "inventory.days_supply",
        "可销天数",
        "Days' supply",
        ratio(HELD * MONTH_DAYS, RETAIL),
        Unit.DAYS,
        decimals=1,
    ),
    _kpi(
        "I-04",
        "inventory.days_supply_90",
        "可销天数（90 天）",
        "Days' supply on 90 days",
        ratio(HELD * (3 * MONTH_DAYS), RETAIL.last(3)),
        Unit.DAYS,
        decimals=1,
    ),
    _kpi(
        "I-05",
        "inventory.turnover_units",
        "库存周转率",
        "Stock turn (units)",
        ratio(RETAIL.last(12), STOCK.mean(12)),
        Unit.NUMBER,
        Better.HIGHER,
    ),
    _kpi(
        "I-05",
        "inventory.turn_days",
        "库存周转天数",
        "Stock turn days",
        ratio(STOCK.mean(12) * 365, RETAIL.last(12)),
        Unit.DAYS,
        decimals=1,
    ),
    _kpi("I-06", "inventory.mean_age", "平均库龄", "Mean age of stock", _MEAN, Unit.DAYS, decimals=1),
    _kpi(
        "I-07",
        "inventory.aged_share",
        "长库龄占比",
        "Aged share",
        ratio(M("inventory.aged_units"), STOCK),
        Unit.PERCENT,
        decimals=1,
    ),
    _kpi(
        "I-07",
        "inventory.aged_share_amount",
        "长库龄金额占比",
        "Aged share by cost",
        ratio(M("inventory.aged_amount"), COST),
        Unit.PERCENT,
        decimals=1,
    ),
    _kpi("§1.1", "inventory.stock_units", "月末库存", "Month-end stock", STOCK, Unit.UNITS, decimals=0),
    _kpi("I-09", "inventory.capital", "库存资金占用", "Capital tied up in stock", CAPITAL, Unit.YUAN),
    _kpi(
        "I-05",
        "inventory.turnover_amount",
        "库存周转率（金额）",
        "Stock turn (cost)",
        ratio(M("inventory.retail_cost_amount").last(12), COST.mean(12)),
        Unit.NUMBER,
        Better.HIGHER,
    ),
    _kpi(
        "I-06",
        "inventory.production_age",
        "生产库龄",
        "Age from production",
        ratio(M("inventory.made_ago_days"), STOCK),
        Unit.DAYS,
        decimals=1,
    ),
    _kpi(
        "I-08",
        "inventory.mix_gap",
        "库存结构偏差",
        "Mix deviation",
        M("inventory.mix_gap"),
        Unit.PERCENT,
        decimals=1,
    ),
    _kpi(
        "I-09",
        "inventory.credit_line_share",
        "授信占用率",
        "Credit line used",
        ratio(CAPITAL, M("inventory.credit_limit_amount")),
        Unit.PERCENT,
        decimals=1,
    ),
    _kpi(
        "I-10",
        "inventory.floorplan_interest",
        "库存融资利息",
        "Floor-plan interest",
        M("inventory.interest_amount"),
        Unit.YUAN,
    ),
    _kpi(
        "I-11",
        "inventory.holding_cost",
        "库存持有成本",
        "Holding cost",
        M("inventory.holding_amount"),
        Unit.YUAN,
    ),
    _kpi(
        "I-14",
        "inventory.fifo_violation_rate",
        "先进先出违规率",
        "FIFO violations",
        ratio(M("inventory.out_of_order_units"), M("inventory.compared_units")),
        Unit.PERCENT,
        decimals=1,
    ),
    _kpi(
        "I-17",
        "inventory.wholesale_to_retail",
        "批零比",
        "Wholesale-to-retail ratio",
        ratio(RECEIVED, RETAIL),
        Unit.NUMBER,
    ),
    _kpi(
        "I-17",
        "inventory.channel_pressure",
        "批零比（两个月较低值）",
        "Wholesale-to-retail ratio, lower of two months",
        minimum(
            ratio(RECEIVED, RETAIL),
            ratio(RECEIVED.previous, RETAIL.previous),
        ),
        Unit.NUMBER,
    ),
    _kpi(
        "I-03",
        "inventory.alert_index",
        "库存预警指数",
        "Inventory alert index",
        ratio(M("forecasting.climate_points"), M("forecasting.climate_answers")),
        Unit.PERCENT,
        decimals=1,
    ),
    _kpi(
        "I-13",
        "inventory.count_variance_rate",
        "盘点差异率",
        "Count variance",
        ratio(M("inventory.count_gap_units"), M("inventory.count_book_units")),
        Unit.PERCENT,
        decimals=1,
    ),
    *(
        _kpi("I-13", code, label_zh, label_en, M(code), Unit.UNITS, decimals=0)
        for code, label_zh, label_en in (
            ("inventory.count_missing_units", "盘亏台数", "Missing on a count"),
            ("inventory.count_surplus_units", "盘盈台数", "Too many on a count"),
            ("inventory.count_misplaced_units", "错位台数", "Found in the wrong place"),
            ("inventory.count_uncertified_units", "缺合格证台数", "Found without certificate"),
        )
    ),
    _kpi(
        "I-15",
        "inventory.stock_out_rate",
        "缺货率",
        "Stock-out rate",
        ratio(M("ordering.empty_days"), M("ordering.forecast_days")),
        Unit.PERCENT,
        decimals=1,
    ),
    _kpi(
        "I-15",
        "inventory.fill_rate",
        "订单满足率",
        "Fill rate",
        ratio(M("ordering.filled_units"), M("ordering.promised_units")),
        Unit.PERCENT,
        Better.HIGHER,
        decimals=1,
    ),
    _kpi(
        "I-16",
        "inventory.wholesale_achievement",
        "提车完成率",
        "Wholesale achievement",
        ratio(RECEIVED, M("targets.wholesale_units")),
        Unit.PERCENT,
        Better.HIGHER,
        decimals=1,
    ),
    _kpi(
        "I-16",
        "inventory.retail_achievement",
        "零售完成率",
        "Retail achievement",
        ratio(RETAIL, M("targets.retail_units")),
        Unit.PERCENT,
        Better.HIGHER,
        decimals=1,
    ),
)
