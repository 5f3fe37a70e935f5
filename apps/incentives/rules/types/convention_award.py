"""Convention award 大会奖: named awards of the annual dealer conference by place. Source: §6.1, seed 000."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, declare, plain, rows
from apps.incentives.rules.given import ONE, ZERO, Given
from apps.incentives.rules.types import paying, ranking
from apps.incentives.rules.types.base import Payment, Ranked, RebateType, no_value
from apps.kernel.trace import Step

VERSION = "convention_award@1"


@dataclass(frozen=True)
class Award:
    """An award and the places that win it."""

    upto: int = declare("integer", "至第几名", "Down to place", low=Decimal(1), unit="number")
    label: Words = declare("words", "奖项", "Award", low=Decimal(1))
    value: Decimal = decimal("奖金（元）", "Prize (¥)", unit="yuan")


@dataclass(frozen=True, kw_only=True)
class Params:
    """By what the awards are decided, among whom, from which score on."""

    measure: str = ranking.measure()
    group: str = ranking.group()
    minimum: Decimal = decimal("最低得分", "Minimum score", low=None, default=ZERO)
    awards: tuple[Award, ...] = rows("奖项", "Awards", Award)

    def check(self) -> list[tuple[str, Words]]:
        """Places in order."""
        places = [each.upto for each in self.awards]
        if places and places == sorted(set(places)):
            return []
        return [("awards", Words("名次须从高到低且不重复", "awards are listed from the best place down"))]


def ranked(params: Params) -> Ranked:
    """How the dealers are ranked."""
    return Ranked(params.measure, group=params.group)


def won(given: Given, params: Params) -> Award | None:
    """The award of the dealer, None without one."""
    standing = given.standing
    if standing is None or standing.value < params.minimum:
        return None
    return next((award for award in params.awards if standing.rank <= award.upto), None)


def settle(given: Given, params: Params) -> Payment:
    """The prize of the award, paid to the dealer as a whole."""
    missing, steps = ranking.place(given, ranked(params), VERSION)
    if missing is not None:
        return no_value(missing, *steps)
    award = won(given, params)
    prize = ZERO if award is None else award.value
    name = "" if award is None else award.label.zh
    step = Step("Award", {"Award": name, "Minimum": params.minimum}, prize, VERSION)
    return Payment(prize, steps=(*steps, step), weight="dealer", rate=prize, base=ONE)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    field = ranking.among(params.group, lang)
    parts, first = [], 1
    for award in params.awards:
        money = paying.yuan(award.value, lang)
        span = str(first) if first == award.upto else f"{first}–{award.upto}"
        name = award.label.text(lang)
        parts.append(f"{name}（第{span}名）{money}" if zh else f"{name} (place {span}) {money}")
        first = award.upto + 1
    least = plain(params.minimum)
    if zh:
        return f"年度经销商大会奖，按{params.measure}在{field}内排名，得分不低于{least}：{'；'.join(parts)}"
    return f"Annual convention awards by {params.measure} among {field}, from {least}: {'; '.join(parts)}"


TYPE = RebateType(
    code="convention_award",
    label=Words("大会奖", "Convention award"),
    help=Words("年度经销商大会奖，按名次设奖项", "named awards of the annual dealer conference by place"),
    params=Params,
    settle=settle,
    text=text,
    ranked=ranked,
    measures=lambda params: (params.measure,),
)
