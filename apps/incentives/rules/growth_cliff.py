"""Quarterly growth rebate: the rate of the growth reached applies to the whole base. Source: §6.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.incentives.rules.declared import Words
from apps.incentives.rules.outcome import Facts, Figure, Line, Outcome, RebateType, Sale
from apps.kernel import money
from apps.kernel.missing import Missing
from apps.kernel.tiers import Tier, TierError, TierTable
from apps.kernel.trace import Step, Trace

VERSION = "growth_cliff@1"
FIGURES = (
    Figure("achievement", Words("同比增长", "Growth"), "percent"),
    Figure("rate", Words("费率", "Rate"), "percent"),
    Figure("base", Words("计算基数（元）", "Base (¥)"), "money"),
)
REASONS = {
    "no_data": Words("无数值：缺少 {detail} 的数据", "No value: no data for {detail}"),
    "zero_denominator": Words(
        "无数值：去年同季没有销量", "No value: no unit was sold in the same quarter of last year"
    ),
    "amount_missing": Words("无数值：有交付记录缺少成交价", "No value: a delivery has no transaction price"),
}


@dataclass(frozen=True)
class Params:
    """Tiers of (growth from, rate); growth is units over those of the same quarter last year, less 1."""

    tiers: TierTable

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Params:
        """Parameters from `{"tiers": [{"from": "0", "rate": "0.01"}, …]}`; ValueError names what is wrong."""
        try:
            steps = tuple(Tier(Decimal(row["from"]), Decimal(row["rate"])) for row in stored["tiers"])
            return cls(TierTable(steps))
        except (KeyError, TypeError, InvalidOperation) as error:
            raise ValueError("each tier needs a growth `from` and a `rate`") from error
        except TierError as error:
            raise ValueError(str(error)) from error

    def text(self, lang: str) -> str:
        """The rule in words."""
        parts = [f"{_percent(tier.lower)} → {_percent(tier.rate)}" for tier in self.tiers.tiers]
        if lang.startswith("zh"):
            return (
                "本季零售台数较去年同季增长达到：" + "；".join(parts) + "（按所达档次的比例计算全部零售金额）"
            )
        return (
            "Growth of retail units over the same quarter last year: "
            + "; ".join(parts)
            + " (the rate reached applies to the whole retail amount)"
        )


def settle(facts: Facts, params: Params) -> Outcome:
    """The rebate of one dealer and quarter from its signed sales; its lines sum to it to the fen.

    No value without last year's units (reason as given), with none last year (`zero_denominator`) or with a
    sale whose amount is unknown (`amount_missing`).
    """
    ordered, units_last_year = sorted(facts.sales, key=lambda sale: sale.key), facts.units_last_year
    units = sum((sale.units for sale in ordered), Decimal(0))
    if isinstance(units_last_year, Missing):
        return _no_value(units_last_year.reason, units)
    if units_last_year == 0:
        return _no_value("zero_denominator", units)
    if any(sale.amount is None for sale in ordered):
        return _no_value("amount_missing", units)
    growth = units / units_last_year - 1
    base = sum((sale.units * sale.amount for sale in ordered if sale.amount is not None), Decimal(0))
    reached = params.tiers.cliff(base, growth)
    amount = money.round_step("settlement.line", reached.amount)
    measured = Step(
        "Growth over the same quarter last year",
        {"Units": units, "Units last year": units_last_year},
        growth,
        VERSION,
    )
    rounded = Step("Rounded to the fen", {"Amount": reached.amount}, amount, VERSION)
    trace = Trace((measured, *reached.steps, rounded))
    return Outcome(amount, "", growth, reached.rate, base, _lines(ordered, amount, reached.rate), trace)


def _lines(sales: Sequence[Sale], amount: Decimal, rate: Decimal) -> tuple[Line, ...]:
    """Every fact's signed share, to the fen, in proportion to its own amount."""
    shares = {sale.key: sale.units * (sale.amount or Decimal(0)) for sale in sales}
    gains = {key: share for key, share in shares.items() if share > 0}
    losses = {key: -share for key, share in shares.items() if share < 0}
    lost = money.round_step("settlement.line", sum(losses.values(), Decimal(0)) * rate)
    parts = _split(amount + lost, gains) | {key: -part for key, part in _split(lost, losses).items()}
    return tuple(Line(key, share, parts.get(key, Decimal("0.00"))) for key, share in shares.items())


def _split(total: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return money.allocate(total, weights) if weights else {}


def _no_value(reason: str, units: Decimal) -> Outcome:
    step = Step("Growth over the same quarter last year", {"Units": units, "Reason": reason}, None, VERSION)
    return Outcome(None, reason, None, None, None, (), Trace((step,)))


def _percent(value: Decimal) -> str:
    return f"{(value * 100).normalize():f}%"


TYPE = RebateType(
    code="growth_cliff",
    label_zh="季度同比增长（达档）",
    label_en="Quarterly growth, cliff tiers",
    read=Params.read,
    settle=settle,
    text=Params.text,
    figures=FIGURES,
    reasons=REASONS,
)
