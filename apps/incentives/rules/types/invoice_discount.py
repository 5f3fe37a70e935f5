"""Invoice discount 开票折扣 (basic rebate): a share of the price of every car, by model. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, choice, decimal, rows
from apps.incentives.rules.given import Given
from apps.incentives.rules.types import paying, tables
from apps.incentives.rules.types.base import Payment, RebateType
from apps.incentives.rules.types.tables import ModelValue

VERSION = "invoice_discount@1"
PAY = "rate"


@dataclass(frozen=True, kw_only=True)
class Params:
    """The share of the price for all cars, and other shares for some models."""

    value: Decimal = decimal("折扣比例", "Discount", unit="percent", high=1)
    price_basis: str = choice("价格口径", "Price basis", paying.PRICE_BASES, default="pretax")
    models: tuple[ModelValue, ...] = rows(
        "分车型比例",
        "By model",
        ModelValue,
        help=("未列出的车型按上面的比例", "models not listed take the above"),
    )

    pay: str = choice("兑付形式", "Paid as", paying.PAYS[1:2], default=PAY)

    def check(self) -> list[tuple[str, Words]]:
        """Every model once, no share above 1."""
        return tables.problems(self.models, self.pay)


def settle(given: Given, params: Params) -> Payment:
    """Σ price × the share of the car's model; no value when a price is unknown."""
    return tables.pay(given, params.models, params.value, PAY, params.price_basis, rule=VERSION)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    return tables.text(params.models, params.value, PAY, params.price_basis, lang)


TYPE = RebateType(
    code="invoice_discount",
    label=Words("开票折扣", "Invoice discount"),
    help=Words("每台按价格的固定比例，可分车型", "a fixed share of the price of every car, by model"),
    params=Params,
    settle=settle,
    text=text,
    price=lambda params: params.price_basis,
)
