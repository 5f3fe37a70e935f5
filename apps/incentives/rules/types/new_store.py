"""New-store support 新店支持: for cars of the first months after opening. Source: §6.1 (VW16)."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, integer
from apps.incentives.rules.given import DATE_OF, PRICE_OF, ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.period import Month
from apps.kernel.trace import Step, TraceValue

VERSION = "new_store@1"


@dataclass(frozen=True, kw_only=True)
class Params:
    """What a new store gets, for how many months from its opening month on."""

    months: int = integer("开业后月数", "Months from opening", unit="months", low=1, high=60)
    value: Decimal = decimal("标准", "Value", unit_by=("pay", paying.VALUE_UNITS))
    pay: str = paying.pay_choice()
    price_basis: str = paying.price_basis()

    def check(self) -> list[tuple[str, Words]]:
        """A share of at most 1."""
        if self.pay == "rate" and self.value > 1:
            return [("value", Words("比例不能大于100%", "a share is not more than 100 %"))]
        return []


def settle(given: Given, params: Params) -> Payment:
    """Value for the cars of supported months; a lump sum is paid for every supported month of the window.

    The opening month is the first. No value without an opening date.
    """
    opened = given.dealer.opened_on
    if opened is None:
        return no_value("no_data:opened_on")
    first, last = Month.of(opened), Month.of(opened).shift(params.months - 1)
    window = given.dealer.window
    step = Step("Supported months", {"From": str(first), "To": str(last)}, params.months, VERSION)
    if params.pay == "lump":
        months = _months(max(first, Month.of(window.first)), min(last, Month.of(window.last)))
        amount = params.value * months
        inputs: dict[str, TraceValue] = {"Months": months, "Value": params.value}
        steps = (step, Step("Lump sum", inputs, amount, VERSION))
        return Payment(amount, "", steps, "dealer", rate=params.value, base=Decimal(months))
    shares = _shares(given, params, first, last)
    amount = sum(shares, ZERO)
    amount = paying.asked(given, amount)
    total = Step("Cars of supported months", {"Value": params.value}, amount, VERSION)
    weight = "units" if params.pay == "per_unit" else params.price_basis
    return Payment(amount, steps=(step, total), weight=weight, shares=shares, rate=params.value)


def _months(first: Month, last: Month) -> int:
    return max(0, (last.year - first.year) * 12 + last.month - first.month + 1)


def _shares(given: Given, params: Params, first: Month, last: Month) -> tuple[Decimal, ...]:
    of, price_of = DATE_OF[given.date_basis], PRICE_OF[params.price_basis]
    shares = []
    for fact in given.facts:
        supported = first <= Month.of(of(fact) or fact.occurred_on) <= last
        weight = fact.units if params.pay == "per_unit" else fact.units * (price_of(fact) or ZERO)
        shares.append(weight * params.value if supported else ZERO)
    return tuple(shares)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    value = paying.value_text(params.value, params.pay, lang)
    tail = paying.of_base(params.pay, params.price_basis, lang)
    if lang.startswith("zh"):
        each = "每月" if params.pay == "lump" else ""
        return f"新店自开业当月起{params.months}个月内，{each}{value}{tail}"
    each = " for every month" if params.pay == "lump" else ""
    return f"{value}{each}{tail} in the first {params.months} months, the opening month included"


TYPE = RebateType(
    code="new_store",
    label=Words("新店支持", "New-store support"),
    help=Words("开业后若干个月内按台、按比例或每月定额", "per car, a share or a monthly sum after opening"),
    params=Params,
    settle=settle,
    text=text,
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
