"""Plan fulfilment coefficient A 销量考核: full at 100 %, else the rate of fulfilment. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, declare
from apps.incentives.rules.given import ONE, ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step

VERSION = "plan_coefficient@1"


@dataclass(frozen=True, kw_only=True)
class Params:
    """The value at full fulfilment and the plan it is measured by."""

    value: Decimal = decimal("满额标准", "Full value", unit_by=("pay", paying.VALUE_UNITS))
    pay: str = paying.pay_choice("rate")
    price_basis: str = paying.price_basis()
    measure: str = declare(
        "text", "完成率指标", "Fulfilment", source="measures", default="policy.achievement",
        help=("默认为本条款车辆的目标完成率", "by default this clause's own achievement"),
    )  # fmt: skip
    floor: Decimal = decimal("起付完成率", "Pays from", unit="percent", high=1, default=ZERO)
    ceiling: Decimal = decimal("系数上限", "Coefficient at most", unit="percent", high=2, default=ONE)

    def check(self) -> list[tuple[str, Words]]:
        """A share of at most 1."""
        if self.pay == "rate" and self.value > 1:
            return [("value", Words("比例不能大于100%", "a share is not more than 100 %"))]
        return []


def settle(given: Given, params: Params) -> Payment:
    """Value × base × A; no value without the plan."""
    rate = given.measure(params.measure)
    if isinstance(rate, Missing):
        return no_value(rate)
    coefficient = ZERO if rate < params.floor else min(max(rate, ZERO), params.ceiling)
    limits = {"Achievement": rate, "Floor": params.floor, "Cap": params.ceiling}
    step = Step("Coefficient A", limits, coefficient, VERSION)
    return paying.pay_out(
        given,
        params.pay,
        params.price_basis,
        params.value,
        rule=VERSION,
        coefficient=coefficient,
        steps=(step,),
        achievement=rate,
    )


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    value = paying.value_text(params.value, params.pay, lang)
    tail = paying.of_base(params.pay, params.price_basis, lang)
    top, least = paying.percent(params.ceiling), paying.percent(params.floor)
    if zh:
        low = f"，低于{least}不兑付" if params.floor else ""
        return f"按{value}乘以计划完成系数A兑付（A=完成率，最高{top}{low}）{tail}"
    low = f", nothing below {least}" if params.floor else ""
    return f"{value} times the coefficient A (A is the fulfilment of the plan, at most {top}{low}){tail}"


TYPE = RebateType(
    code="plan_coefficient",
    label=Words("销量考核系数A", "Plan fulfilment coefficient"),
    help=Words("完成率达100%全额，未达按完成率", "full at 100 % of the plan, in proportion below"),
    params=Params,
    settle=settle,
    text=text,
    measures=lambda params: (params.measure,),
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
