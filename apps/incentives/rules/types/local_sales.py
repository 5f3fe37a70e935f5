"""Local sales 本地销售: a reward by the local share, discount clawed back outside. Source: §6.1 (75 %)."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, rows
from apps.incentives.rules.given import PRICE_OF, ZERO, Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Payment, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step

VERSION = "local_sales@1"


@dataclass(frozen=True)
class LocalTier:
    """From this share of local sales on (inclusive), this value for every local car."""

    reach: Decimal = decimal("本地销售比例达到", "Local share from", unit="percent", high=1, key="from")
    value: Decimal = decimal("金额或比例", "Amount or rate", unit_by=("pay", paying.VALUE_UNITS))


@dataclass(frozen=True, kw_only=True)
class Params:
    """The reward for local cars, and the share of the invoice discount taken back for others."""

    pay: str = paying.pay_choice()
    price_basis: str = paying.price_basis()
    tiers: tuple[LocalTier, ...] = rows("本地销售奖励", "Reward", LocalTier)
    discount: Decimal = decimal(
        "开票折扣比例", "Invoice discount", unit="percent", high=1, default=ZERO,
        help=("区域外车辆扣回以此为基数", "what is taken back for cars outside is a share of this"),
    )  # fmt: skip
    clawback: Decimal = decimal(
        "区域外扣回比例", "Taken back outside", unit="percent", high=1, default=ZERO,
        help=("跨区扣回有反垄断风险，合规检查会提示", "penalties for cross-region sales are a cartel risk"),
    )  # fmt: skip

    def check(self) -> list[tuple[str, Words]]:
        """A reward or a clawback, tiers in order, no lump sums."""
        found = paying.tier_problems(self.tiers, self.pay) if self.tiers else []
        if self.pay == "lump":
            found.append(("pay", Words("本地销售奖励按台或按比例兑付", "the reward is per car or a share")))
        if not self.tiers and not (self.discount and self.clawback):
            found.append(("tiers", Words("请填写奖励或扣回", "a reward or a clawback is needed")))
        return found


def settle(given: Given, params: Params) -> Payment:
    """Reward for cars inside the area less what is taken back outside; unknown places are neither."""
    share = given.measure("policy.local_share")
    steps: list[Step] = []
    value = ZERO
    if params.tiers:
        if isinstance(share, Missing):
            return no_value(share)
        value = paying.table_of(params.tiers).rate_of(share)
        steps.append(Step("Reached tier", {"Measure": share}, value, VERSION))
    if _needs_price(params) and isinstance(given.base(params.price_basis), Missing):
        return no_value("price_missing", *steps)
    shares = _shares(given, params, value)
    amount = sum(shares, ZERO)
    amount = paying.asked(given, amount)
    gained = sum((each for each in shares if each > 0), ZERO)
    inputs = {"Reward": gained, "Taken back": gained - sum(shares, ZERO)}
    steps.append(Step("Reward less what is taken back", inputs, amount, VERSION))
    known = None if isinstance(share, Missing) else share
    weight = params.price_basis if _needs_price(params) else "units"
    return Payment(amount, "", tuple(steps), weight, shares=shares, achievement=known, rate=value)


def _needs_price(params: Params) -> bool:
    return params.pay == "rate" or bool(params.discount and params.clawback)


def _shares(given: Given, params: Params, value: Decimal) -> tuple[Decimal, ...]:
    price_of = PRICE_OF[params.price_basis]
    back = params.discount * params.clawback
    shares = []
    for fact in given.facts:
        if fact.in_area is None:
            shares.append(ZERO)
        elif not fact.in_area:
            shares.append(-back * (price_of(fact) or ZERO) * fact.units)
        elif params.pay == "rate":
            shares.append(value * (price_of(fact) or ZERO) * fact.units)
        else:
            shares.append(value * fact.units)
    return tuple(shares)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    parts = []
    if params.tiers:
        tail = paying.of_base(params.pay, params.price_basis, lang)
        tiers = [
            f"{paying.percent(each.reach)} → {paying.value_text(each.value, params.pay, lang)}"
            for each in params.tiers
        ]
        head = "本地销售比例达到：" if zh else "Share of local sales from: "
        parts.append(head + ("；" if zh else "; ").join(tiers) + tail)
    if params.discount and params.clawback:
        back, of = paying.percent(params.clawback), paying.percent(params.discount)
        parts.append(
            f"区域外销售扣回开票折扣（{of}）的{back}"
            if zh
            else f"for cars sold outside, {back} of the invoice discount ({of}) is taken back"
        )
    return ("；" if zh else "; ").join(parts)


TYPE = RebateType(
    code="local_sales",
    label=Words("本地销售比例", "Local sales"),
    help=Words(
        "按本地销售比例奖励，区域外可扣回开票折扣", "reward by local share; discount taken back outside"
    ),
    params=Params,
    settle=settle,
    text=text,
    price=lambda params: params.price_basis if _needs_price(params) else "",
    monotone=lambda params: not (params.discount and params.clawback) and not params.tiers,
)
