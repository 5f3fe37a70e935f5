"""Retail campaign 零售支持/限时促销: so much per car retailed, by model. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, rows
from apps.incentives.rules.given import Given
from apps.incentives.rules.types import paying, tables
from apps.incentives.rules.types.base import Payment, RebateType
from apps.incentives.rules.types.tables import ModelValue

VERSION = "retail_campaign@1"


@dataclass(frozen=True, kw_only=True)
class Params:
    """The support for all cars, and other values for some models."""

    value: Decimal = decimal("标准", "Value", unit_by=("pay", paying.VALUE_UNITS))
    pay: str = paying.pay_choice()
    price_basis: str = paying.price_basis()
    models: tuple[ModelValue, ...] = rows(
        "分车型标准",
        "By model",
        ModelValue,
        help=("未列出的车型按上面的标准", "models not listed take the above"),
    )

    def check(self) -> list[tuple[str, Words]]:
        """Every model once, no share above 1, and no lump sum: a campaign pays cars."""
        found = tables.problems(self.models, self.pay)
        if self.pay == "lump":
            found.append(("pay", Words("零售支持按台或按比例兑付", "a campaign pays per car or a share")))
        if self.pay == "rate" and self.value > 1:
            found.append(("value", Words("比例不能大于100%", "a share is not more than 100 %")))
        return found


def settle(given: Given, params: Params) -> Payment:
    """Σ of the value of every car's model; no value when a share of an unknown price is asked for."""
    return tables.pay(given, params.models, params.value, params.pay, params.price_basis, rule=VERSION)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    return tables.text(params.models, params.value, params.pay, params.price_basis, lang)


TYPE = RebateType(
    code="retail_campaign",
    label=Words("零售支持", "Retail campaign"),
    help=Words("限时促销：每台固定金额或比例，可分车型", "a fixed amount or share for every car, by model"),
    params=Params,
    settle=settle,
    text=text,
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
