"""Rank rebate 排名返利: by place among peers, top n or top n %. Source: §6.2 (LOOKUP RANK)."""

from __future__ import annotations

from dataclasses import dataclass

from apps.incentives.rules.declared import Words, choice, rows
from apps.incentives.rules.given import Given
from apps.incentives.rules.types import paying, ranking
from apps.incentives.rules.types.base import Payment, Ranked, RebateType, no_value
from apps.incentives.rules.types.ranking import Band

VERSION = "rank@1"


@dataclass(frozen=True, kw_only=True)
class Params:
    """By what dealers are ranked, among whom, and what the places are worth."""

    measure: str = ranking.measure()
    better: str = choice(
        "排名方向", "Better is",
        (("higher", "越高越好", "more"), ("lower", "越低越好", "less")), default="higher",
    )  # fmt: skip
    group: str = ranking.group()
    by: str = choice("分档方式", "Bands by", ranking.BY, default="share")
    pay: str = paying.pay_choice("rate")
    price_basis: str = paying.price_basis()
    bands: tuple[Band, ...] = rows("名次", "Places", Band)

    def check(self) -> list[tuple[str, Words]]:
        """Bands in order."""
        return ranking.problems(self.bands, "bands", self.by, self.pay)


def ranked(params: Params) -> Ranked:
    """How the dealers are ranked."""
    return Ranked(params.measure, params.better == "higher", params.group)


def settle(given: Given, params: Params) -> Payment:
    """The value of the dealer's place; no value without a measure to rank it by."""
    missing, steps = ranking.place(given, ranked(params), VERSION)
    if missing is not None:
        return no_value(missing, *steps)
    band = ranking.band_of(given, params.bands, params.by)
    if band is None or band.value == 0:
        return paying.nothing(given, params.pay, params.price_basis, steps, None)
    return paying.pay_out(given, params.pay, params.price_basis, band.value, rule=VERSION, steps=steps)


def text(params: Params, lang: str) -> str:
    """The clause in words."""
    zh = lang.startswith("zh")
    bands = ranking.text(params.bands, params.by, params.pay, lang)
    field = ranking.among(params.group, lang)
    tail = paying.of_base(params.pay, params.price_basis, lang)
    if zh:
        way = "从高到低" if params.better == "higher" else "从低到高"
        return f"按{params.measure}{way}在{field}内排名（并列取较优名次）：{bands}{tail}"
    way = "highest first" if params.better == "higher" else "lowest first"
    return f"Ranked by {params.measure}, {way}, among {field} (ties share the better place): {bands}{tail}"


TYPE = RebateType(
    code="rank",
    label=Words("排名返利", "Rank rebate"),
    help=Words("按同组排名的前几名或前百分之几兑付", "by place among peers: top n or top n %"),
    params=Params,
    settle=settle,
    text=text,
    ranked=ranked,
    measures=lambda params: (params.measure,),
    price=lambda params: params.price_basis if params.pay == "rate" else "",
)
