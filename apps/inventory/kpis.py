"""KPIs of stock: what units and movements tell, and the rows of domain.md §1.1 that have no source yet.

`needs` names what is missing in English; pages translate it.
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

STOCK = M("inventory.stock_units")
COST = M("inventory.stock_amount")
RETAIL = M("sales.retail_units")
MONTH_DAYS = 30
"""Days' supply reads the month's sales as sales of 30 days: it is 30 × the coefficient. Source: I-04."""
_BANDS = frozenset({"inventory.coefficient", "inventory.coefficient_3m", "inventory.days_supply"})

BAND = Threshold(low_amber=Decimal("0.8"), high_amber=Decimal("1.5"), high_red=Decimal("2.5"))
AGED = Threshold.at_most(amber=Decimal("0.15"), red=Decimal("0.25"), inclusive=True)


def _kpi(
    source: str,
    code: str,
    label_zh: str,
    label_en: str,
    formula: Expression | None,
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
        audience=EVERYONE,
        owner=OWNER,
        threshold=_LIMITS.get(code),
        source=source,
        needs=_NEEDS.get(code, ()),
    )


_LIMITS = {
    "inventory.coefficient": BAND,
    "inventory.coefficient_3m": BAND,
    "inventory.stock_depth": Threshold.at_most(amber=None, red=Decimal(2)),
    "inventory.days_supply": Threshold(low_amber=Decimal(24), high_amber=Decimal(45), high_red=Decimal(75)),
    "inventory.aged_share": AGED,
    "inventory.aged_share_amount": AGED,
    "inventory.wholesale_to_retail": Threshold.at_most(amber=Decimal("1.1"), red=None),
    "inventory.alert_index": Threshold.at_most(amber=Decimal("0.5"), red=None),
    "inventory.mix_gap": Threshold.at_most(amber=Decimal("0.25"), red=Decimal("0.40")),
    "inventory.credit_line_share": Threshold.at_most(
        amber=Decimal("0.80"), red=Decimal("0.95"), inclusive=True
    ),
    "inventory.count_variance_rate": Threshold.at_most(amber=None, red=Decimal(0)),
    "inventory.fifo_violation_rate": Threshold.at_most(amber=Decimal(0), red=None),
}
_NEEDS = {
    "inventory.alert_index": ("Monthly dealer survey with its five questions", "Weights of the sub-indices"),
    "inventory.count_variance_rate": ("Physical count by VIN",),
    "inventory.stock_out_rate": ("Daily forecast by model, trim and colour",),
    "inventory.fill_rate": ("Orders with their matching date",),
    "inventory.wholesale_achievement": ("Wholesale targets by month",),
    "inventory.retail_achievement": ("Retail targets by month",),
}
_MEAN = ratio(M("inventory.age_days"), STOCK)
COMPUTED = (
    _kpi("I-01", "inventory.coefficient", "库存系数", "Inventory coefficient", STOCK / RETAIL, Unit.MONTHS),
    _kpi(
        "I-01b",
        "inventory.coefficient_3m",
        "三月均库存系数",
        "Inventory coefficient on 3 months",
        STOCK / RETAIL.mean(3),
        Unit.MONTHS,
    ),
    _kpi("I-02", "inventory.stock_depth", "库存深度", "Stock depth", STOCK / RETAIL, Unit.MONTHS),
    _kpi(
        "I-04",
        "inventory.days_supply",
        "可销天数",
        "Days' supply",
        ratio(STOCK * MONTH_DAYS, RETAIL),
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
    _kpi("I-09", "inventory.capital", "库存资金占用", "Capital tied up in stock", COST, Unit.YUAN),
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
        ratio(COST, M("inventory.credit_limit_amount")),
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
        ratio(M("inventory.receipt_units"), RETAIL),
        Unit.NUMBER,
    ),
)
OPEN = tuple(
    _kpi(source, code, label_zh, label_en, None, unit, better)
    for source, code, label_zh, label_en, unit, better in (
        (
            "I-03",
            "inventory.alert_index",
            "库存预警指数",
            "Inventory alert index",
            Unit.PERCENT,
            Better.LOWER,
        ),
        ("I-13", "inventory.count_variance_rate", "盘点差异率", "Count variance", Unit.PERCENT, Better.LOWER),
        ("I-15", "inventory.stock_out_rate", "缺货率", "Stock-out rate", Unit.PERCENT, Better.LOWER),
        ("I-15", "inventory.fill_rate", "订单满足率", "Fill rate", Unit.PERCENT, Better.HIGHER),
        (
            "I-16",
            "inventory.wholesale_achievement",
            "提车完成率",
            "Wholesale achievement",
            Unit.PERCENT,
            Better.HIGHER,
        ),
        (
            "I-16",
            "inventory.retail_achievement",
            "零售完成率",
            "Retail achievement",
            Unit.PERCENT,
            Better.HIGHER,
        ),
    )
)
KPIS = (*COMPUTED, *OPEN)
