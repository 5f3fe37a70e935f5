"""Trade-in subsidy 置换/报废补贴: per car, another amount when the old car was scrapped. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal
from apps.incentives.rules.given import ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType
from apps.kernel.trace import Step

VERSION = "trade_in@1"
SCRAPPED = "scrapped"


@dataclass(frozen=True, kw_only=True)
class Params:
    """The subsidy for a car traded in, and for one scrapped."""

    traded: Decimal = decimal("置换每台（元）", "Traded in (¥ per car)", unit="yuan")
    scrapped: Decimal = decimal("报废每台（元）", "Scrapped (¥ per car)", unit="yuan", default=ZERO)


def settle(given: Given, params: Params) -> Payment:
    """Σ over the new cars sold against an old one; the figure `scrapped` = 1 marks a scrapped one."""
    shares = tuple(
        fact.units * (params.scrapped if fact.values.get(SCRAPPED, ZERO) else params.traded)
        for fact in given.facts
    )
    amount = sum(shares, ZERO)
    scrapped = sum((fact.units for fact in given.facts if fact.values.get(SCRAPPED, ZERO)), ZERO)
    inputs = {"Traded in": given.counted - scrapped, "Scrapped": scrapped}
    step = Step("Cars traded in and scrapped", inputs, amount, VERSION)
    amount = paying.asked(given, amount)
    return Payment(amount, steps=(step,), weight="units", shares=shares, base=given.counted)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    traded, scrapped = (
        paying.value_text(each, "per_unit", lang) for each in (params.traded, params.scrapped)
    )
    if lang.startswith("zh"):
        return f"旧车置换{traded}，旧车报废{scrapped}"
    return f"{traded} for an old car traded in, {scrapped} for one scrapped"


TYPE = RebateType(
    code="trade_in",
    label=Words("置换报废补贴", "Trade-in subsidy"),
    help=Words("凭置换或报废凭证每台补贴", "per car against proof of a trade-in or scrapping"),
    params=Params,
    settle=settle,
    text=text,
    kinds=("trade_in", "retail"),
)
