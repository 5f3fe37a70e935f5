"""Stock subsidy 库存补贴: by age in stock, or interest on the price beyond free days. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, choice, decimal, integer, plain, rows
from apps.incentives.rules.given import PRICE_OF, ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.tiers import TierTable
from apps.kernel.trace import Step

VERSION = "stock_subsidy@1"
AGE = "age_days"
YEAR = Decimal(360)


@dataclass(frozen=True)
class AgeTier:
    """From so many days in stock on (inclusive), so much per car."""

    reach: Decimal = decimal("库龄达到（天）", "Days in stock from", unit="days", key="from")
    value: Decimal = decimal("每台补贴（元）", "Per car (¥)", unit="yuan")


@dataclass(frozen=True, kw_only=True)
class Params:
    """By age, or as interest (ACT/360)."""

    by: str = choice(
        "方式", "By", (("age", "按库龄", "age"), ("interest", "按利息", "interest")), default="age"
    )
    tiers: tuple[AgeTier, ...] = rows("库龄档位", "Tiers", AgeTier, when=("by", ("age",)))
    annual_rate: Decimal = decimal(
        "年利率", "Rate per year", unit="percent", high=1, default=ZERO, when=("by", ("interest",))
    )
    free_days: int = integer("免息天数", "Free days", unit="days", default=0, when=("by", ("interest",)))
    most_days: int = integer(
        "最多补贴天数", "At most days", unit="days", low=1, default=360, when=("by", ("interest",))
    )
    price_basis: str = choice(
        "价格口径", "Price basis", paying.PRICE_BASES, default="pretax", when=("by", ("interest",))
    )

    def check(self) -> list[tuple[str, Words]]:
        """Tiers in order, or a rate."""
        if self.by == "age":
            return paying.tier_problems(self.tiers, "per_unit")
        return [] if self.annual_rate else [("annual_rate", Words("请填写年利率", "a rate is needed"))]


def settle(given: Given, params: Params) -> Payment:
    """Σ over the cars in stock of the value of their age, or of price × rate × days ÷ 360."""
    if params.by == "interest" and isinstance(given.base(params.price_basis), Missing):
        return no_value("price_missing")
    shares = _by_age(given, params) if params.by == "age" else _interest(given, params)
    amount = paying.asked(given, sum(shares, ZERO))
    step = Step("Subsidy of the cars in stock", {"Units": given.counted}, amount, VERSION)
    return Payment(amount, steps=(step,), weight="units", shares=shares, base=given.counted)


def _by_age(given: Given, params: Params) -> tuple[Decimal, ...]:
    table: TierTable = paying.table_of(params.tiers)
    return tuple(fact.units * table.rate_of(fact.values.get(AGE, ZERO)) for fact in given.facts)


def _interest(given: Given, params: Params) -> tuple[Decimal, ...]:
    price_of = PRICE_OF[params.price_basis]
    shares = []
    for fact in given.facts:
        days = min(max(fact.values.get(AGE, ZERO) - params.free_days, ZERO), Decimal(params.most_days))
        shares.append(fact.units * (price_of(fact) or ZERO) * params.annual_rate * days / YEAR)
    return tuple(shares)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    if params.by == "age":
        parts = [
            (f"库龄{plain(each.reach)}天及以上" if zh else f"from {plain(each.reach)} days: ")
            + paying.value_text(each.value, "per_unit", lang)
            for each in params.tiers
        ]
        return ("；" if zh else "; ").join(parts)
    rate, basis = paying.percent(params.annual_rate), paying.BASIS_WORDS[params.price_basis].text(lang)
    if zh:
        return (
            f"按{basis}年利率{rate}补贴库存利息（ACT/360，免{params.free_days}天，最多{params.most_days}天）"
        )
    return (
        f"Interest at {rate} a year on the {basis} of cars in stock"
        f" (ACT/360, {params.free_days} free days, at most {params.most_days})"
    )


TYPE = RebateType(
    code="stock_subsidy",
    label=Words("库存补贴", "Stock subsidy"),
    help=Words("按库龄每台补贴或补贴库存利息", "per car by days in stock, or interest on them"),
    params=Params,
    settle=settle,
    text=text,
    figures=lambda params: (AGE,),
    price=lambda params: params.price_basis if params.by == "interest" else "",
    kinds=("stock",),
)
