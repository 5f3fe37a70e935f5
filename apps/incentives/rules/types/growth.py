"""Growth rebate 同比增长返利: by growth of units over the same window last year. Source: §6.2."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property

from apps.incentives.rules.declared import Words, choice, decimal, rows
from apps.incentives.rules.given import ONE, ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.tiers import TierTable
from apps.kernel.trace import Step

VERSION = "growth@1"


@dataclass(frozen=True)
class GrowthTier:
    """From this growth on (inclusive), this value."""

    reach: Decimal = decimal("增长达到", "Growth from", low=-1, unit="percent", key="from")
    value: Decimal = decimal("金额或比例", "Amount or rate", unit_by=("pay", paying.VALUE_UNITS))


@dataclass(frozen=True, kw_only=True)
class Params:
    """How the growth is paid."""

    scale: str = choice(
        "计算方式", "Scale",
        (
            ("cliff", "达档", "the tier reached"),
            ("linear", "按增长线性", "in proportion to the growth"),
        ),
        default="cliff",
    )  # fmt: skip
    applies_to: str = choice(
        "适用于", "Paid on",
        (("all", "全部车辆", "all cars"), ("increment", "超出去年同期的车辆", "cars beyond last year's")),
        default="all",
    )  # fmt: skip
    pay: str = paying.pay_choice("rate")
    price_basis: str = paying.price_basis("price")
    tiers: tuple[GrowthTier, ...] = rows("档位", "Tiers", GrowthTier, when=("scale", ("cliff",)))
    value: Decimal = decimal(
        "满额标准",
        "Full value",
        default=ZERO,
        unit_by=("pay", paying.VALUE_UNITS),
        when=("scale", ("linear",)),
    )
    full_at: Decimal = decimal(
        "满额增长", "Full at a growth of", unit="percent", high=10, default=ONE, when=("scale", ("linear",))
    )

    def check(self) -> list[tuple[str, Words]]:
        """Tiers in order; a value and a growth above zero."""
        if self.scale == "cliff":
            return paying.tier_problems(self.tiers, self.pay)
        found = []
        if self.value <= 0 or (self.pay == "rate" and self.value > 1):
            found.append(("value", Words("请填写大于零的标准", "a value above zero is needed")))
        if self.full_at <= 0:
            found.append(("full_at", Words("请填写大于零的增长", "a growth above zero is needed")))
        return found

    @cached_property
    def table(self) -> TierTable:
        """The tiers of the kernel."""
        return paying.table_of(self.tiers)


def settle(given: Given, params: Params) -> Payment:
    """The rebate for the growth; no value without last year's units or with none last year."""
    growth = given.growth
    if isinstance(growth, Missing):
        return no_value(growth, Step("Growth over last year", {"Units": given.units}, None, VERSION))
    inputs = {"Units": given.units, "Units last year": given.measure_last_year}
    steps: tuple[Step, ...] = (Step("Growth over last year", inputs, growth, VERSION),)
    if params.scale == "linear":
        value, coefficient = params.value, min(max(growth / params.full_at, ZERO), ONE)
    else:
        band = params.table.band_of(growth)
        value, coefficient = band.rate, ONE
        found = {"Growth": growth, "From": band.lower, "Below": band.upper}
        steps = (*steps, Step("Reached tier", found, band.rate, VERSION))
    if params.applies_to == "increment":
        coefficient *= max(growth, ZERO) * given.measure_last_year / given.units if given.units > 0 else ZERO
    if value == 0 or coefficient == 0:
        return paying.nothing(given, params.pay, params.price_basis, steps, growth)
    return paying.pay_out(
        given,
        params.pay,
        params.price_basis,
        value,
        rule=VERSION,
        coefficient=coefficient,
        steps=steps,
        achievement=growth,
    )


def reaches(given: Given, params: Params) -> Sequence[Decimal]:
    """Units at which the next tiers lie."""
    before = given.last_year
    if params.scale != "cliff" or isinstance(before, Missing):
        return ()
    return [(before * (1 + each.reach)).to_integral_value(ROUND_CEILING) for each in params.tiers]


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    tail = paying.of_base(params.pay, params.price_basis, lang)
    on = {
        "all": Words("适用于全部车辆", "paid on all cars"),
        "increment": Words("仅适用于超出去年同期的车辆", "paid on the cars beyond last year's"),
    }[params.applies_to].text(lang)
    if params.scale == "linear":
        value, full = paying.value_text(params.value, params.pay, lang), paying.percent(params.full_at)
        if zh:
            return f"同比增长达到{full}按{value}兑付，未达到按比例计算{tail}，{on}"
        return f"{value} at a growth of {full} over last year, in proportion below it{tail}; {on}"
    parts = [
        f"{paying.percent(each.reach)} → {paying.value_text(each.value, params.pay, lang)}"
        for each in params.tiers
    ]
    if zh:
        return f"台数同比增长达到：{'；'.join(parts)}{tail}，{on}"
    return f"Growth of units over last year from: {'; '.join(parts)}{tail}; {on}"


TYPE = RebateType(
    code="growth",
    label=Words("同比增长返利", "Growth rebate"),
    help=Words("按台数较去年同期的增长分档或线性", "by growth of units over the same period of last year"),
    params=Params,
    settle=settle,
    text=text,
    reaches=reaches,
    monotone=lambda params: params.scale == "linear" or params.table.is_monotone,
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
