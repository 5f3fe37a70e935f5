"""Fleet commission 大用户/集团采购: per car by the size of the contract or of the window. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from apps.incentives.rules.declared import Words, choice, decimal, plain, rows
from apps.incentives.rules.given import ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType
from apps.kernel.trace import Step

VERSION = "fleet@1"
SIZE = "contract_units"


@dataclass(frozen=True)
class FleetTier:
    """From so many cars on (inclusive), so much per car."""

    reach: Decimal = decimal("台数达到", "From units", unit="units", key="from")
    value: Decimal = decimal("每台佣金（元）", "Per car (¥)", unit="yuan")


@dataclass(frozen=True, kw_only=True)
class Params:
    """The commission by size."""

    by: str = choice(
        "规模依据", "Size of",
        (("contract", "合同台数", "the contract"), ("window", "期内大客户台数", "the term's fleet cars")),
        default="contract",
    )  # fmt: skip
    tiers: tuple[FleetTier, ...] = rows("佣金档位", "Tiers", FleetTier)

    def check(self) -> list[tuple[str, Words]]:
        """Tiers in order."""
        return paying.tier_problems(self.tiers, "per_unit")


def settle(given: Given, params: Params) -> Payment:
    """Every fleet car at the commission of its contract's size, or all at that of the window."""
    table = paying.table_of(params.tiers)
    if params.by == "window":
        band = table.band_of(given.units)
        step = Step("Reached tier", {"Measure": given.units, "From": band.lower}, band.rate, VERSION)
        return paying.pay_out(given, "per_unit", "price", band.rate, rule=VERSION, steps=(step,))
    shares = tuple(fact.units * table.rate_of(fact.values.get(SIZE, ZERO)) for fact in given.facts)
    amount = sum(shares, ZERO)
    amount = paying.asked(given, amount)
    step = Step("Commission by contract", {"Units": given.units}, amount, VERSION)
    return Payment(amount, steps=(step,), weight="units", shares=shares, base=given.units)


def reaches(given: Given, params: Params) -> Sequence[Decimal]:
    """Units at which the next tiers lie."""
    if params.by != "window":
        return ()
    return [each.reach.to_integral_value(ROUND_CEILING) for each in params.tiers]


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    parts = [
        (f"{plain(each.reach)}台及以上 " if zh else f"from {plain(each.reach)} cars: ")
        + paying.value_text(each.value, "per_unit", lang)
        for each in params.tiers
    ]
    size = {
        "contract": Words("合同台数", "size of the contract"),
        "window": Words("期内大客户台数", "fleet cars of the term"),
    }[params.by].text(lang)
    return (
        f"大客户佣金按{size}：{'；'.join(parts)}" if zh else f"Fleet commission by {size}: {'; '.join(parts)}"
    )


TYPE = RebateType(
    code="fleet",
    label=Words("大客户佣金", "Fleet commission"),
    help=Words(
        "按合同规模每台佣金，不计入零售量",
        "per car by the size of the contract; not counted as retail volume",
    ),
    params=Params,
    settle=settle,
    text=text,
    reaches=reaches,
    figures=lambda params: (SIZE,) if params.by == "contract" else (),
    monotone=lambda params: params.by == "contract" or paying.table_of(params.tiers).is_monotone,
)
