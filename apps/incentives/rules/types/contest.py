"""Contest 专项竞赛: prizes for the first places of those who reach the minimum. Source: §6.1."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.incentives.rules.declared import Words, decimal, plain, rows
from apps.incentives.rules.given import ONE, ZERO, Given
from apps.incentives.rules.types import ranking
from apps.incentives.rules.types.base import Payment, Ranked, RebateType, no_value
from apps.incentives.rules.types.ranking import Band
from apps.kernel.trace import Step

VERSION = "contest@1"


@dataclass(frozen=True, kw_only=True)
class Params:
    """By what the contest is decided, among whom, the minimum and the prizes."""

    measure: str = ranking.measure()
    group: str = ranking.group()
    minimum: Decimal = decimal("参赛门槛", "Minimum", low=None, default=ZERO)
    bands: tuple[Band, ...] = rows("奖金", "Prizes", Band)

    def check(self) -> list[tuple[str, Words]]:
        """Places in order."""
        return ranking.problems(self.bands, "bands", "place", "lump")


def ranked(params: Params) -> Ranked:
    """How the dealers are ranked."""
    return Ranked(params.measure, group=params.group)


def settle(given: Given, params: Params) -> Payment:
    """The prize of the dealer's place, paid to the dealer as a whole; nothing below the minimum."""
    missing, steps = ranking.place(given, ranked(params), VERSION)
    if missing is not None:
        return no_value(missing, *steps)
    assert given.standing is not None
    band = ranking.band_of(given, params.bands, "place")
    prize = band.value if band is not None and given.standing.value >= params.minimum else ZERO
    step = Step("Prize", {"Measure": given.standing.value, "Minimum": params.minimum}, prize, VERSION)
    return Payment(prize, steps=(*steps, step), weight="dealer", rate=prize, base=ONE)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    bands = ranking.text(params.bands, "place", "lump", lang)
    field = ranking.among(params.group, lang)
    if zh:
        return f"竞赛按{params.measure}在{field}内排名，达到{plain(params.minimum)}方可获奖：{bands}"
    return f"Contest by {params.measure} among {field}, from {plain(params.minimum)}: {bands}"


TYPE = RebateType(
    code="contest",
    label=Words("专项竞赛", "Contest"),
    help=Words("按名次发放奖金，可设参赛门槛", "prizes by place, with a minimum to take part"),
    params=Params,
    settle=settle,
    text=text,
    ranked=ranked,
    measures=lambda params: (params.measure,),
)
