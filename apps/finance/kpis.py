"""KPIs of the statement. Source: domain.md §5.2 (rows F-…) and §3.1 (A-04).

Ratios of a month, unless a window is named; days are those of the last three months, scaled to a year.
`needs` names what is missing in English; pages translate it.
"""

from __future__ import annotations

from decimal import Decimal

from apps.kernel.formula import Expression, M, maximum, ratio
from apps.kernel.kpi import Better, Kpi, Threshold, Unit

AUDIENCE = frozenset(
    (
        "hq_admin", "hq_operations", "hq_finance", "hq_audit", "executive", "province_manager",
        "region_manager", "account_manager", "dealer_general", "dealer_finance", "integration",
    )
)  # fmt: skip
OWNER = "hq_finance"
REVENUE, COST, GROSS = M("finance.revenue"), M("finance.cost_of_sales"), M("finance.gross_profit")
NEW, BARE, REBATES = M("finance.new_car_profit"), M("finance.new_car_bare_profit"), M("finance.rebates")
USED, SERVICE, DERIVED = (
    M("finance.used_car_profit"),
    M("finance.service_profit"),
    M("finance.derived_profit"),
)
EXPENSE, VARIABLE = M("finance.expense"), M("finance.variable_expense")
PROFIT, NET = M("finance.profit_before_tax"), M("finance.net_profit")
CURRENT, SHORT = M("finance.current_assets"), M("finance.current_liabilities")
CAR_STOCK, PARTS_STOCK = M("finance.car_stock"), M("finance.parts_stock")
CARS, STAFF = M("finance.cars_sold"), M("finance.staff")
YEAR_OF_QUARTER = Decimal(365) / 4

_STOCK = CAR_STOCK.mean(3) + PARTS_STOCK.mean(3)
_PAYABLE = M("finance.bills_payable") + M("finance.payables")
_COST_3M, _REVENUE_3M = COST.last(3), REVENUE.last(3)
_DIO = ratio(_STOCK * YEAR_OF_QUARTER, _COST_3M)
_DSO = ratio(M("finance.receivables") * YEAR_OF_QUARTER, _REVENUE_3M)
_DPO = ratio(_PAYABLE * YEAR_OF_QUARTER, _COST_3M)


def _limit(low: str | None, high: str | None, *, more_is_better: bool) -> Threshold:
    amber, red = (None if text is None else Decimal(text) for text in (low, high))
    make = Threshold.at_least if more_is_better else Threshold.at_most
    return make(amber=amber, red=red)


_LIMITS = {
    "finance.return_on_sales": _limit("0.01", "0", more_is_better=True),
    "finance.absorption": _limit("0.8", "0.6", more_is_better=True),
    "finance.current_ratio": _limit("1.2", "1", more_is_better=True),
    "finance.debt_ratio": _limit("0.8", "0.9", more_is_better=False),
    "finance.working_capital_rate": _limit("1", "0.7", more_is_better=True),
    "finance.cash_months": _limit("2", "1", more_is_better=True),
    "finance.rebate_dependence": _limit("0.6", None, more_is_better=False),
    "finance.rebates_overdue_rate": _limit(None, "0", more_is_better=False),
}
_LOWER = frozenset(
    {
        "finance.expense_rate", "finance.expense_to_gross", "finance.debt_ratio", "finance.cash_conversion",
        "finance.stock_days", "finance.receivable_days", "finance.break_even_units",
        "finance.rebate_dependence", "finance.below_cost_rate", "finance.rebates_overdue_rate",
    }
)  # fmt: skip
_MANY = {Unit.PERCENT: 1, Unit.YUAN: 0, Unit.DAYS: 1, Unit.UNITS: 1, Unit.MONTHS: 1, Unit.NUMBER: 2}


def _kpi(
    source: str,
    code: str,
    label_zh: str,
    label_en: str,
    formula: Expression | None,
    unit: Unit = Unit.PERCENT,
    needs: tuple[str, ...] = (),
) -> Kpi:
    return Kpi(
        code=code,
        label_en=label_en,
        label_zh=label_zh,
        formula=formula,
        unit=unit,
        better=Better.LOWER if code in _LOWER else Better.HIGHER,
        decimals=_MANY[unit],
        audience=AUDIENCE,
        owner=OWNER,
        threshold=_LIMITS.get(code),
        source=source,
        needs=needs,
    )


COMPUTED = (
    _kpi("F-01", "finance.return_on_sales", "销售利润率", "Return on sales", ratio(PROFIT, REVENUE)),
    _kpi(
        "F-02",
        "finance.new_car_margin",
        "新车综合毛利率",
        "New-car margin",
        ratio(NEW, M("finance.new_car_revenue")),
    ),
    _kpi(
        "F-02",
        "finance.used_car_margin",
        "二手车毛利率",
        "Used-car margin",
        ratio(USED, M("finance.used_car_revenue")),
    ),
    _kpi(
        "F-02",
        "finance.service_margin",
        "售后毛利率",
        "After-sales margin",
        ratio(SERVICE, M("finance.service_revenue")),
    ),
    _kpi(
        "F-02",
        "finance.derived_margin",
        "衍生毛利率",
        "Derived-business margin",
        ratio(DERIVED, M("finance.derived_revenue")),
    ),
    _kpi(
        "F-02",
        "finance.profit_per_car",
        "单车毛利（含返利）",
        "Gross profit of a car, with rebates",
        ratio(NEW, CARS),
        Unit.YUAN,
    ),
    _kpi(
        "F-02",
        "finance.bare_profit_per_car",
        "单车毛利（不含返利）",
        "Gross profit of a car, before rebates",
        ratio(BARE, CARS),
        Unit.YUAN,
    ),
    _kpi(
        "F-03", "finance.new_car_share", "新车毛利占比", "New cars' share of gross profit", ratio(NEW, GROSS)
    ),
    _kpi(
        "F-03",
        "finance.used_car_share",
        "二手车毛利占比",
        "Used cars' share of gross profit",
        ratio(USED, GROSS),
    ),
    _kpi(
        "F-03",
        "finance.service_share",
        "售后毛利占比",
        "After-sales' share of gross profit",
        ratio(SERVICE, GROSS),
    ),
    _kpi(
        "F-03",
        "finance.derived_share",
        "衍生毛利占比",
        "Derived business' share of gross profit",
        ratio(DERIVED, GROSS),
    ),
    _kpi("F-04 / A-04", "finance.absorption", "零服吸收率", "Service absorption", ratio(SERVICE, EXPENSE)),
    _kpi("F-05", "finance.expense_rate", "费用率", "Expense to revenue", ratio(EXPENSE, REVENUE)),
    _kpi("F-05", "finance.expense_to_gross", "费用毛利比", "Expense to gross profit", ratio(EXPENSE, GROSS)),
    _kpi("F-06", "finance.net_to_gross", "净利毛利比", "Net to gross", ratio(PROFIT, GROSS)),
    _kpi("F-07", "finance.current_ratio", "流动比率", "Current ratio", ratio(CURRENT, SHORT), Unit.NUMBER),
    _kpi(
        "F-07",
        "finance.quick_ratio",
        "速动比率",
        "Quick ratio",
        ratio(CURRENT - CAR_STOCK - PARTS_STOCK, SHORT),
        Unit.NUMBER,
    ),
    _kpi(
        "F-08",
        "finance.debt_ratio",
        "资产负债率",
        "Debt ratio",
        ratio(M("finance.liabilities"), M("finance.assets")),
    ),
    _kpi("F-09", "finance.working_capital", "营运资金", "Working capital", CURRENT - SHORT, Unit.YUAN),
    _kpi(
        "F-09",
        "finance.working_capital_rate",
        "营运资金充足率",
        "Working capital to standard",
        ratio(CURRENT - SHORT, M("finance.working_capital_standard")),
    ),
    _kpi("F-10", "finance.stock_days", "存货周转天数", "Days of stock (DIO)", _DIO, Unit.DAYS),
    _kpi("F-10", "finance.receivable_days", "应收周转天数", "Days of receivables (DSO)", _DSO, Unit.DAYS),
    _kpi("F-10", "finance.payable_days", "应付周转天数", "Days of payables (DPO)", _DPO, Unit.DAYS),
    _kpi(
        "F-10",
        "finance.cash_conversion",
        "现金转换周期",
        "Cash conversion cycle",
        _DIO + _DSO - _DPO,
        Unit.DAYS,
    ),
    _kpi(
        "F-11",
        "finance.break_even_units",
        "盈亏平衡台数",
        "Break-even cars",
        ratio(
            maximum(EXPENSE - VARIABLE - SERVICE - DERIVED, Decimal(0)) * CARS,
            maximum(NEW - VARIABLE, Decimal(0)),
        ),
        Unit.UNITS,
    ),
    _kpi(
        "F-12",
        "finance.revenue_per_head",
        "人均产值",
        "Revenue per head",
        ratio(REVENUE, STAFF.mean(2)),
        Unit.YUAN,
    ),
    _kpi(
        "F-12",
        "finance.gross_profit_per_head",
        "人均毛利",
        "Gross profit per head",
        ratio(GROSS, STAFF.mean(2)),
        Unit.YUAN,
    ),
    _kpi(
        "F-13",
        "finance.cash_months",
        "现金可支撑月数",
        "Months of cash",
        ratio(M("finance.cash") - M("finance.restricted_cash"), EXPENSE.mean(3)),
        Unit.MONTHS,
    ),
    _kpi(
        "F-14",
        "finance.rebate_dependence",
        "返利依赖度",
        "Dependence on rebates",
        ratio(REBATES, maximum(GROSS, Decimal(1))),
    ),
    _kpi(
        "F-14",
        "finance.rebates_overdue_rate",
        "应收返利90天以上占比",
        "Rebates receivable older than 90 days",
        ratio(M("finance.rebates_overdue"), M("finance.rebates_receivable")),
    ),
    _kpi(
        "F-15",
        "finance.return_on_equity",
        "净资产收益率（12个月）",
        "Return on equity, 12 months",
        ratio(NET.last(12), M("finance.equity")),
    ),
    _kpi(
        "F-15",
        "finance.return_on_assets",
        "总资产收益率（12个月）",
        "Return on assets, 12 months",
        ratio(NET.last(12), M("finance.assets")),
    ),
    _kpi(
        "F-16",
        "finance.below_cost_rate",
        "进销倒挂率",
        "Cars sold below net cost",
        ratio(M("finance.cars_below_cost"), CARS),
    ),
)
KPIS = COMPUTED
