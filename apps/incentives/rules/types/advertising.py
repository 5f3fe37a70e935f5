"""Advertising support 广告/活动支持: a share of approved cost, within a fund earned by cars. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, declare
from apps.incentives.rules.given import ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step

VERSION = "advertising@1"


@dataclass(frozen=True, kw_only=True)
class Params:
    """The maker's share of approved claims, and the fund that limits it."""

    share: Decimal = decimal("补贴比例", "Share of the cost", unit="percent", high=1)
    fund_per_unit: Decimal | None = decimal(
        "每台可用额度（元）", "Fund per car (¥)", unit="yuan", optional=True,
        help=("留空表示不按台数设额度", "empty: no fund by cars"),
    )  # fmt: skip
    fund_measure: str = declare(
        "text", "额度台数指标", "Cars of the fund", source="measures", default="sales.retail_units"
    )


def settle(given: Given, params: Params) -> Payment:
    """Σ approved cost × share, not more than the fund; no value when the cars of the fund are unknown."""
    cost = given.base("price")
    if isinstance(cost, Missing):
        return no_value(cost)
    amount = cost * params.share
    steps = [Step("Rate on the base", {"Base": cost, "Rate": params.share}, amount, VERSION)]
    if params.fund_per_unit is not None:
        units = given.measure(params.fund_measure)
        if isinstance(units, Missing):
            return no_value(units, *steps)
        fund = max(units, ZERO) * params.fund_per_unit
        inputs = {"Amount": amount, "Units": units, "Amount per unit": params.fund_per_unit, "Fund": fund}
        amount = min(amount, fund)
        steps.append(Step("Within the fund", inputs, amount, VERSION))
    return Payment(amount, steps=tuple(steps), weight="price", rate=params.share, base=cost)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    share = paying.percent(params.share)
    fund = "" if params.fund_per_unit is None else paying.yuan(params.fund_per_unit, lang)
    if lang.startswith("zh"):
        limit = f"，总额不超过每台{fund}乘以{params.fund_measure}" if fund else ""
        return f"按经审核的广告或活动费用的{share}支持{limit}；活动由经销商自愿申请"
    limit = f", not more than {fund} times {params.fund_measure}" if fund else ""
    return f"{share} of approved cost of advertising and activities{limit}; dealers apply of their own will"


TYPE = RebateType(
    code="advertising",
    label=Words("广告活动支持", "Advertising support"),
    help=Words("按经审核费用的比例，可按台数设额度", "a share of approved cost, within a fund"),
    params=Params,
    settle=settle,
    text=text,
    measures=lambda params: () if params.fund_per_unit is None else (params.fund_measure,),
    price=lambda params: "price",
    kinds=("advertising",),
)
