"""Places among peers: bands of places or of shares of the field."""
# ruff: noqa: RUF009 - the fields of a declared part are made by calls

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.incentives.rules.declared import Words, choice, decimal, declare, plain
from apps.incentives.rules.given import Given
from apps.incentives.rules.types import paying
from apps.incentives.rules.types.base import Ranked
from apps.kernel.missing import Missing
from apps.kernel.trace import Step, TraceValue

GROUPS = (
    ("", "全网", "the network"),
    ("region", "大区", "region"),
    ("province", "省份", "province"),
    ("dealer_class", "经销商类别", "dealer class"),
    ("city_tier", "城市级别", "city tier"),
)
BY = (("place", "名次", "places"), ("share", "前百分比", "top share"))


@dataclass(frozen=True)
class Band:
    """Up to this place, or this share of the field, this value."""

    upto: Decimal = decimal("至", "Up to", unit_by=("by", {"place": "number", "share": "percent"}))
    value: Decimal = decimal("金额或比例", "Amount or rate", unit_by=("pay", paying.VALUE_UNITS))


def measure() -> Any:
    """The field "ranked by"."""
    return declare("text", "排名指标", "Ranked by", source="measures", low=Decimal(1))


def group() -> Any:
    """The field "ranked among"."""
    return choice("排名范围", "Ranked among", GROUPS, default="")


def problems(bands: Sequence[Band], key: str, by: str, pay: str) -> list[tuple[str, Words]]:
    """What is wrong with bands: none, not ascending, beyond the whole field, a share above 1."""
    limits = [each.upto for each in bands]
    found: list[tuple[str, Words]] = []
    if not limits or limits != sorted(set(limits)) or limits[0] <= 0:
        found.append((key, Words("名次须从高到低且不重复", "bands are listed from the best place down")))
    if by == "share" and limits and limits[-1] > 1:
        found.append((key, Words("前百分比不能超过100%", "a share of the field is not more than 100 %")))
    if pay == "rate" and any(each.value > 1 for each in bands):
        found.append((key, Words("比例不能大于100%", "a share is not more than 100 %")))
    return found


def place(given: Given, ranked: Ranked, rule: str) -> tuple[Missing | None, tuple[Step, ...]]:
    """The step that says where the dealer stands, or why it has no place."""
    if given.standing is None:
        value = given.measure(ranked.measure)
        return (value if isinstance(value, Missing) else Missing("no_standing")), ()
    standing = given.standing
    inputs: dict[str, TraceValue] = {"Measure": standing.value, "Place": standing.rank, "Of": standing.of}
    return None, (Step("Place among peers", inputs, standing.rank, rule),)


def band_of(given: Given, bands: Sequence[Band], by: str) -> Band | None:
    """The first band the dealer's place lies in; a share compares place ÷ field."""
    standing = given.standing
    if standing is None:
        return None
    if by == "place":
        return next((band for band in bands if standing.rank <= band.upto), None)
    return next((band for band in bands if standing.rank <= band.upto * standing.of), None)


def text(bands: Sequence[Band], by: str, pay: str, lang: str) -> str:
    """Bands in words."""
    zh = lang.startswith("zh")
    parts = []
    for band in bands:
        value = paying.value_text(band.value, pay, lang)
        top = paying.percent(band.upto) if by == "share" else plain(band.upto)
        if zh:
            parts.append(f"前{top}{'' if by == 'share' else '名'}：{value}")
        else:
            parts.append(f"top {top}: {value}")
    return ("；" if zh else "; ").join(parts)


def among(group: str, lang: str) -> str:
    """The field that is ranked, in words."""
    return next(Words(zh, en).text(lang) for code, zh, en in GROUPS if code == group)
