"""Volume rebate 销量返利: by achievement, units or value; cliff, marginal, linear or fixed. Source: §6.2."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from itertools import pairwise

from apps.incentives.rules.declared import Words, choice, decimal, plain, rows
from apps.incentives.rules.facts import Fact
from apps.incentives.rules.given import ONE, ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.incentives.rules.types.paying import Reach
from apps.kernel.missing import Missing
from apps.kernel.tiers import TierTable
from apps.kernel.trace import Step

VERSION = "volume@1"
NAMES = {"achievement": "Achievement", "units": "Units", "value": "Base"}


@dataclass(frozen=True, kw_only=True)
class Params:
    """How the tier is found and what it pays."""

    measure: str = choice(
        "档位依据", "Tier by",
        (
            ("achievement", "目标完成率", "achievement of the target"), ("units", "台数", "units"),
            ("value", "金额", "value"),
        ),
        default="achievement",
    )  # fmt: skip
    scale: str = choice(
        "计算方式", "Scale",
        (
            ("cliff", "达档全额（所达档次适用于全部）", "cliff: the tier reached applies to all"),
            ("marginal", "分段累进（各段按各自标准）", "marginal: each slice at its own value"),
            ("linear", "按完成率线性", "linear in the achievement"),
            ("fixed", "固定标准", "the same for all"),
        ),
        default="cliff",
    )  # fmt: skip
    pay: str = paying.pay_choice()
    price_basis: str = paying.price_basis()
    tiers: tuple[Reach, ...] = rows(
        "档位", "Tiers", Reach, when=("scale", ("cliff", "marginal")),
        help=("达到即适用（含下限）", "each applies from its bound on, the bound included"),
    )  # fmt: skip
    value: Decimal = decimal(
        "标准",
        "Value",
        default=ZERO,
        unit_by=("pay", paying.VALUE_UNITS),
        when=("scale", ("linear", "fixed")),
    )
    floor: Decimal = decimal(
        "起付完成率", "Pays from an achievement of", unit="percent", high=5, default=ZERO,
        when=("scale", ("linear",)),
    )  # fmt: skip
    ceiling: Decimal = decimal(
        "系数上限", "Coefficient at most", unit="percent", high=5, default=ONE, when=("scale", ("linear",))
    )

    def check(self) -> list[tuple[str, Words]]:
        """Tiers in order, a value where one is paid, and scales that make sense together."""
        if self.scale in ("cliff", "marginal"):
            found = paying.tier_problems(self.tiers, self.pay)
            if self.scale == "marginal" and (
                self.pay == "lump" or (self.measure == "value" and self.pay == "per_unit")
            ):
                found.append(
                    ("scale", Words("分段累进需按台或按比例", "slices need cars or a share of the value"))
                )
            return found
        found = []
        if self.value <= 0 or (self.pay == "rate" and self.value > 1):
            found.append(("value", Words("请填写大于零的标准", "a value above zero is needed")))
        if self.scale == "linear" and self.measure != "achievement":
            found.append(("measure", Words("线性方式按目标完成率计算", "linear goes by the achievement")))
        return found

    @cached_property
    def table(self) -> TierTable:
        """The tiers of the kernel."""
        return paying.table_of(self.tiers)


def settle(given: Given, params: Params) -> Payment:
    """The rebate of the window so far.

    No value without target or last price where they are needed. Not retroactive: every month keeps the tier
    reached at its own end.
    """
    if params.scale == "fixed":
        return paying.pay_out(given, params.pay, params.price_basis, params.value, rule=VERSION)
    measured = _measure(given, params)
    if isinstance(measured, Missing):
        return no_value(measured)
    if params.scale == "linear":
        return _linear(given, params, measured)
    if params.scale == "marginal":
        return _marginal(given, params, measured)
    if not given.retroactive and given.what_if is None and params.pay != "lump":
        return _by_month(given, params, measured)
    return _cliff(given, params, measured)


def _measure(given: Given, params: Params) -> Decimal | Missing:
    if params.measure == "achievement":
        return given.achievement
    return given.units if params.measure == "units" else given.base(params.price_basis)


def _cliff(given: Given, params: Params, measured: Decimal) -> Payment:
    band = params.table.band_of(measured)
    found = {NAMES[params.measure]: measured, "From": band.lower, "Below": band.upper}
    reached = Step("Reached tier", found, band.rate, VERSION)
    steps = (*_found(given, params), reached)
    if band.rate == 0:
        return paying.nothing(given, params.pay, params.price_basis, steps, measured)
    return paying.pay_out(
        given, params.pay, params.price_basis, band.rate, rule=VERSION, steps=steps, achievement=measured
    )


def _found(given: Given, params: Params) -> tuple[Step, ...]:
    if params.measure != "achievement" or isinstance(given.target, Missing):
        return ()
    return (
        Step(
            "Achievement", {"Units": given.units, "Target": given.target}, given.units / given.target, VERSION
        ),
    )


def _linear(given: Given, params: Params, measured: Decimal) -> Payment:
    limits = {"Achievement": measured, "Floor": params.floor, "Cap": params.ceiling}
    coefficient = ZERO if measured < params.floor else min(max(measured, ZERO), params.ceiling)
    held = Step("Achievement within its limits", limits, coefficient, VERSION)
    return paying.pay_out(
        given,
        params.pay,
        params.price_basis,
        params.value,
        rule=VERSION,
        coefficient=coefficient,
        steps=(*_found(given, params), held),
        achievement=measured,
    )


def _marginal(given: Given, params: Params, measured: Decimal) -> Payment:
    """Slices of units (bounds of an achievement times the target) or of yuan, each at its own value."""
    scale = given.target if params.measure == "achievement" else ONE
    assert not isinstance(scale, Missing)
    quantity = measured if params.measure == "value" else given.units
    base = quantity if params.pay == "per_unit" else given.base(params.price_basis)
    if isinstance(base, Missing):
        return no_value(base, *_found(given, params))
    slices = _slices(params, scale, quantity)
    worth = sum(((end - start) * value for start, end, value in slices), ZERO)
    amount = (
        worth if params.pay == "per_unit" or params.measure == "value" else worth * base / (quantity or ONE)
    )
    steps = [
        Step(
            "Slice at its own rate",
            {"From": start, "To": end, "Value": value},
            (end - start) * value,
            VERSION,
        )
        for start, end, value in slices
    ]
    total = Step("Sum of the slices", {"Quantity": quantity, "Base": base}, amount, VERSION)
    return Payment(
        amount,
        steps=(*_found(given, params), *steps, total),
        weight="units" if params.pay == "per_unit" else params.price_basis,
        shares=_positions(given, slices) if params.pay == "per_unit" else (),
        achievement=measured,
        rate=params.table.rate_of(measured),
        base=base,
    )


def _slices(params: Params, scale: Decimal, quantity: Decimal) -> list[tuple[Decimal, Decimal, Decimal]]:
    """(start, end, value) of every slice that the quantity enters."""
    bounds = [each.reach * scale for each in params.tiers]
    ends = [*bounds[1:], quantity]
    return [
        (start, min(end, quantity), tier.value)
        for start, end, tier in zip(bounds, ends, params.tiers, strict=True)
        if quantity > start
    ]


def _positions(given: Given, slices: Sequence[tuple[Decimal, Decimal, Decimal]]) -> tuple[Decimal, ...]:
    """What each car in turn is worth by its place; none when returns of other days are among them."""
    if given.what_if is not None or any(fact.units < 0 for fact in given.facts):
        return ()
    shares, place, at = [], ZERO, 0
    for fact in given.facts:
        end, share = place + fact.units, ZERO
        while at < len(slices) and slices[at][0] < end:
            start, upto, value = slices[at]
            share += max(min(end, upto) - max(place, start), ZERO) * value
            if upto > end or at == len(slices) - 1:
                break
            at += 1
        shares.append(share)
        place = end
    return tuple(shares)


def _by_month(given: Given, params: Params, measured: Decimal) -> Payment:
    """Every month at the tier reached at its end: the measure is cumulative, the base the month's own."""
    amount, steps, shares = ZERO, list(_found(given, params)), []
    so_far: tuple[Fact, ...] = ()
    for month in given.months():
        so_far = (*so_far, *month.facts)
        reached = _measure(replace(given, facts=so_far), params)
        base = paying.base_of(month, params.pay, params.price_basis)
        if isinstance(reached, Missing):
            return no_value(reached, *steps)
        if isinstance(base, Missing):
            return no_value(base, *steps)
        value = params.table.rate_of(reached)
        inputs = {"Measure": reached, "Base": base, "Value": value}
        steps.append(Step("Month at the tier reached then", inputs, base * value, VERSION))
        amount += base * value
        shares += [value * weight for weight in paying.weights_of(month, params.pay, params.price_basis)]
    rate = params.table.rate_of(measured)
    return Payment(amount, "", tuple(steps), "shares", shares=tuple(shares), achievement=measured, rate=rate)


def reaches(given: Given, params: Params) -> Sequence[Decimal]:
    """Units at which the next tiers lie; none for a scale without tiers or one that goes by yuan."""
    if params.scale not in ("cliff", "marginal") or params.measure == "value":
        return ()
    scale = given.target if params.measure == "achievement" else ONE
    if isinstance(scale, Missing):
        return ()
    return [(each.reach * scale).to_integral_value(ROUND_CEILING) for each in params.tiers]


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    tail = paying.of_base(params.pay, params.price_basis, lang)
    value = paying.value_text(params.value, params.pay, lang)
    if params.scale == "fixed":
        return f"按{value}兑付{tail}" if zh else f"{value} is paid{tail}"
    if params.scale == "linear":
        top = paying.percent(params.ceiling)
        least = paying.percent(params.floor)
        if zh:
            low = f"，完成率低于{least}不兑付" if params.floor else ""
            return f"按{value}乘以目标完成率兑付（系数最高{top}{low}）{tail}"
        low = f", nothing below {least}" if params.floor else ""
        return f"{value} times the achievement of the target (coefficient at most {top}{low}){tail}"
    return _tier_text(params, lang) + tail


def _tier_text(params: Params, lang: str) -> str:
    zh = lang.startswith("zh")
    name = {
        "achievement": Words("目标完成率", "Achievement of the target"),
        "units": Words("台数", "Units"),
        "value": Words("金额", "Value"),
    }[params.measure].text(lang)
    bounds = [_bound(each.reach, params.measure, lang) for each in params.tiers]
    parts = []
    for (bound, after), tier in zip(pairwise([*bounds, ""]), params.tiers, strict=True):
        value = paying.value_text(tier.value, params.pay, lang)
        if zh:
            span = f"{bound}（含）至{after}（不含）" if after else f"{bound}（含）以上"
            parts.append(f"{span}：{value}")
        else:
            parts.append(f"from {bound} to below {after}: {value}" if after else f"from {bound}: {value}")
    how = {
        "cliff": Words("按所达档次兑付", "the tier reached counts"),
        "marginal": Words("分段累进，各段按各自标准", "each slice at its own value"),
    }[params.scale].text(lang)
    listed = "；".join(parts) if zh else "; ".join(parts)
    return f"{name}：{listed}。{how}" if zh else f"{name}: {listed}; {how}"


def _bound(value: Decimal, measure: str, lang: str) -> str:
    if measure == "achievement":
        return paying.percent(value)
    if measure == "value":
        return paying.yuan(value, lang)
    return f"{plain(value)}台" if lang.startswith("zh") else f"{plain(value)} units"


TYPE = RebateType(
    code="volume",
    label=Words("销量返利", "Volume rebate"),
    help=Words(
        "按目标完成率、台数或金额分档；可达档全额、分段累进、线性或固定",
        "tiers by achievement, units or value; cliff, marginal, linear or fixed",
    ),
    params=Params,
    settle=settle,
    text=text,
    reaches=reaches,
    monotone=lambda params: params.scale != "cliff" or params.table.is_monotone,
    price=lambda params: params.price_basis if params.pay == "rate" or params.measure == "value" else "",
)
