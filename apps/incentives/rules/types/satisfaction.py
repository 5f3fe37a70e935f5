"""Satisfaction 满意度: a survey's score or place gives a share of the maximum. Source: §6.1 (CSS/CSI)."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, choice, decimal, declare, plain, rows
from apps.incentives.rules.given import ZERO, Given
from apps.incentives.rules.types import paying, ranking
from apps.incentives.rules.types.base import Payment, Ranked, RebateType, no_value
from apps.kernel.missing import Missing
from apps.kernel.trace import Step

VERSION = "satisfaction@1"


@dataclass(frozen=True)
class Share:
    """From this score on, or down to this place, this share of the maximum."""

    limit: Decimal = decimal(
        "得分或名次", "Score or place", low=None,
        unit_by=("by", {"score": "score", "place": "number", "share": "percent"}),
    )  # fmt: skip
    share: Decimal = decimal("占最高标准", "Share of the maximum", unit="percent", high=1)


@dataclass(frozen=True, kw_only=True)
class Params:
    """The maximum, the survey, and the shares its result earns."""

    value: Decimal = decimal("最高标准", "Maximum", unit_by=("pay", paying.VALUE_UNITS))
    pay: str = paying.pay_choice("rate")
    price_basis: str = paying.price_basis()
    measure: str = declare("text", "满意度指标", "Satisfaction", source="measures", low=Decimal(1))
    by: str = choice("依据", "By", (("score", "得分", "score"), *ranking.BY), default="score")
    group: str = ranking.group()
    shares: tuple[Share, ...] = rows(
        "兑付比例", "Shares", Share,
        help=("得分从低到高；名次从前到后", "scores from low to high; places from the best down"),
    )  # fmt: skip
    substitute: Decimal | None = decimal(
        "无调查时按比例", "Share without a survey", unit="percent", high=1, optional=True,
        help=("新店或非调查城市适用；留空则暂不计算", "for new stores, cities without one; empty: no value"),
    )  # fmt: skip

    def check(self) -> list[tuple[str, Words]]:
        """Limits ascending, a share of at most 1."""
        found = []
        limits = [each.limit for each in self.shares]
        if not limits or limits != sorted(set(limits)):
            found.append(("shares", Words("须从小到大且不重复", "limits are listed ascending, each once")))
        if self.pay == "rate" and self.value > 1:
            found.append(("value", Words("比例不能大于100%", "a share is not more than 100 %")))
        return found


def ranked(params: Params) -> Ranked | None:
    """How dealers are ranked, if by place."""
    return None if params.by == "score" else Ranked(params.measure, group=params.group)


def settle(given: Given, params: Params) -> Payment:
    """The maximum × the share earned; without a survey the substitute share, else no value."""
    found = _share(given, params)
    if isinstance(found, Missing):
        if params.substitute is None or found.reason == "no_standing":
            return no_value(found)
        found = params.substitute, (Step("Share without a survey", {}, params.substitute, VERSION),)
    share, steps = found
    if share == 0:
        return paying.nothing(given, params.pay, params.price_basis, steps, None)
    return paying.pay_out(
        given, params.pay, params.price_basis, params.value, rule=VERSION, coefficient=share, steps=steps
    )


def _share(given: Given, params: Params) -> Missing | tuple[Decimal, tuple[Step, ...]]:
    by_place = ranked(params)
    if by_place is not None:
        missing, steps = ranking.place(given, by_place, VERSION)
        if missing is not None:
            return missing
        bands = tuple(ranking.Band(each.limit, each.share) for each in params.shares)
        band = ranking.band_of(given, bands, params.by)
        return (ZERO if band is None else band.value), steps
    score = given.measure(params.measure)
    if isinstance(score, Missing):
        return score
    reached = [each for each in params.shares if score >= each.limit]
    share = reached[-1].share if reached else ZERO
    return share, (Step("Share of the maximum", {"Score": score}, share, VERSION),)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    parts = []
    for each in params.shares:
        share = paying.percent(each.share)
        limit = paying.percent(each.limit) if params.by == "share" else plain(each.limit)
        if params.by == "score":
            parts.append(f"{limit}分及以上 {share}" if zh else f"from {limit}: {share}")
        else:
            unit = "名" if params.by == "place" else ""
            parts.append(f"前{limit}{unit} {share}" if zh else f"top {limit}: {share}")
    value = paying.value_text(params.value, params.pay, lang)
    tail = paying.of_base(params.pay, params.price_basis, lang)
    if zh:
        rest = f"；无调查按{paying.percent(params.substitute)}" if params.substitute is not None else ""
        return f"最高{value}{tail}，按{params.measure}兑付：{'；'.join(parts)}{rest}"
    rest = f"; {paying.percent(params.substitute)} without a survey" if params.substitute is not None else ""
    return f"At most {value}{tail}, by {params.measure}: {'; '.join(parts)}{rest}"


TYPE = RebateType(
    code="satisfaction",
    label=Words("满意度奖励", "Satisfaction"),
    help=Words("按满意度得分或名次兑付最高标准的一定比例", "a share of the maximum by score or place"),
    params=Params,
    settle=settle,
    text=text,
    ranked=ranked,
    measures=lambda params: (params.measure,),
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
