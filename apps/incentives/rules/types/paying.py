"""How an amount comes of a value: so much per car, a share of the price, or a lump sum."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from apps.incentives.rules.declared import Words, choice, decimal, plain
from apps.incentives.rules.given import PRICE_OF, ZERO, Given
from apps.incentives.rules.types.base import Payment, no_value
from apps.kernel.missing import Missing
from apps.kernel.tiers import Tier, TierError, TierTable
from apps.kernel.trace import Step, TraceValue

PRICE_BASES = (
    ("pretax", "税前开票价", "pre-tax invoice price"),
    ("price", "成交价", "transaction price"),
    ("list", "指导价", "list price"),
)
PAYS = (
    ("per_unit", "每台金额", "amount per car"),
    ("rate", "按价格比例", "share of the price"),
    ("lump", "一次性金额", "lump sum"),
)
VALUE_UNITS = {"per_unit": "yuan", "rate": "percent", "lump": "yuan"}
BASIS_WORDS = {code: Words(zh, en) for code, zh, en in PRICE_BASES}


@dataclass(frozen=True)
class Reach:
    """One tier: from this measure on (inclusive), this value."""

    reach: Decimal = decimal(
        "达到", "From", low=None, key="from",
        unit_by=("measure", {"achievement": "percent", "units": "units", "value": "yuan"}),
    )  # fmt: skip
    value: Decimal = decimal("金额或比例", "Amount or rate", unit_by=("pay", VALUE_UNITS))


def pay_choice(default: str = "per_unit") -> Any:
    """The field "paid as"."""
    return choice("兑付形式", "Paid as", PAYS, default=default)


def price_basis(default: str = "pretax") -> Any:
    """The field "share of which price"."""
    return choice("价格口径", "Price basis", PRICE_BASES, default=default, when=("pay", ("rate",)))


class TierRow(Protocol):
    """A row of any tier table."""

    @property
    def reach(self) -> Decimal:
        """The lower bound, inclusive."""

    @property
    def value(self) -> Decimal:
        """What the tier pays."""


def table_of(tiers: Sequence[TierRow]) -> TierTable:
    """The kernel's tier table of declared rows; TierError if they are not ascending."""
    return TierTable(tuple(Tier(each.reach, each.value) for each in tiers))


def tier_problems(tiers: Sequence[TierRow], pay: str, key: str = "tiers") -> list[tuple[str, Words]]:
    """What is wrong with a tier table: empty, not ascending, a share above 1."""
    if not tiers:
        return [(key, Words("至少需要一档", "at least one tier is needed"))]
    try:
        table_of(tiers)
    except TierError:
        return [(key, Words("档位须从低到高且不重复", "tiers are listed from low to high, each bound once"))]
    if pay != "rate":
        return []
    words = Words("比例不能大于100%", "a share is not more than 100 %")
    return [(f"{key}[{no}].value", words) for no, each in enumerate(tiers) if each.value > 1]


def base_of(given: Given, pay: str, basis: str) -> Decimal | Missing:
    """What the value is multiplied with: units, Σ price, or 1 for a lump sum."""
    if pay == "per_unit":
        return given.units
    return given.base(basis) if pay == "rate" else Decimal(1)


def weights_of(given: Given, pay: str, basis: str) -> list[Decimal]:
    """What the value of each fact is multiplied with; every price is known."""
    if pay != "rate":
        return [fact.units for fact in given.facts]
    price_of = PRICE_OF[basis]
    return [fact.units * (price_of(fact) or ZERO) for fact in given.facts]


def pay_out(
    given: Given,
    pay: str,
    basis: str,
    value: Decimal,
    *,
    rule: str,
    coefficient: Decimal | None = None,
    steps: tuple[Step, ...] = (),
    achievement: Decimal | None = None,
) -> Payment:
    """Value × base (× coefficient), with the step that says so; a lump sum is paid whole.

    No value with `price_missing` when a share of an unknown price is asked for.
    """
    base = base_of(given, pay, basis)
    if isinstance(base, Missing):
        return no_value(base, *steps)
    factor = value if coefficient is None else value * coefficient
    amount = base * factor
    inputs: dict[str, TraceValue] = {"Base": base, "Rate" if pay == "rate" else "Value": value}
    if coefficient is not None:
        inputs["Coefficient"] = coefficient
    step = Step(_LABELS[pay], inputs, amount, rule)
    weight = {"per_unit": "units", "rate": basis, "lump": "units" if given.facts else "dealer"}[pay]
    return Payment(
        amount,
        steps=(*steps, step),
        weight=weight,
        factor=None if pay == "lump" else factor,
        achievement=achievement,
        rate=factor,
        base=base,
    )


_LABELS = {
    "per_unit": "Units times amount per car",
    "rate": "Rate on the base",
    "lump": "Lump sum",
}


def nothing(
    given: Given, pay: str, basis: str, steps: tuple[Step, ...], achievement: Decimal | None
) -> Payment:
    """A value that is zero: no tier was reached. The price need not be known for that."""
    weight = {"per_unit": "units", "rate": basis, "lump": "units" if given.facts else "dealer"}[pay]
    if pay == "rate" and isinstance(given.base(basis), Missing):
        weight = "units"
    return Payment(ZERO, steps=steps, weight=weight, factor=ZERO, achievement=achievement, rate=ZERO)


def asked(given: Given, amount: Decimal) -> Decimal:
    """The amount of the facts, or in proportion that of the units asked about."""
    if given.what_if is None:
        return amount
    return amount * given.what_if / given.counted if given.counted else ZERO


def value_text(value: Decimal, pay: str, lang: str) -> str:
    """A value as a dealer reads it: 每台1,000元, 2%, 50,000元."""
    if pay == "rate":
        return percent(value)
    money = yuan(value, lang)
    if pay == "lump":
        return money
    return f"每台{money}" if lang.startswith("zh") else f"{money} per car"


def of_base(pay: str, basis: str, lang: str) -> str:
    """What a share is a share of, "" for yuan."""
    if pay != "rate":
        return ""
    words = BASIS_WORDS[basis].text(lang)
    return f"（按{words}计算）" if lang.startswith("zh") else f" (of the {words})"


def yuan(value: Decimal, lang: str) -> str:
    """An amount with thousands separators."""
    text = f"{value:,.2f}".removesuffix(".00")
    return f"{text}元" if lang.startswith("zh") else f"¥{text}"


def percent(value: Decimal) -> str:
    """A fraction as a percentage without trailing zeros."""
    return f"{plain(value * 100)}%"
