"""Places as people write them, matched to administrative divisions.

A spelling may leave out the ending (`武汉`) or the peoples of an autonomous area (`黔南`), name city
and county in one (`温州瑞安`), name only the county (`潜江`), repeat the province (`上海闵行`), or use a name
that no longer exists (`毕节地区`). The match is a division, a division with a note, or unknown with the
nearest names.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PROVINCE, CITY, COUNTY = 1, 2, 3
DIRECT_COUNTIES: Final = "直辖县级行政区划"
_ENDINGS: Final = (
    "特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "林区", "市", "盟", "省", "区", "县", "旗",
)  # fmt: skip
_BARE_PEOPLES: Final = ("维吾尔", "哈萨克", "柯尔克孜", "塔吉克", "锡伯", "蒙古")
_PEOPLES: Final = (
    *_BARE_PEOPLES,
    *(people + "族" for people in _BARE_PEOPLES),
    "各族", "藏族", "羌族", "彝族", "苗族", "布依族", "侗族", "土家族", "壮族", "瑶族", "仫佬族", "毛南族",
    "回族", "土族", "撒拉族", "东乡族", "保安族", "裕固族", "哈尼族", "傣族", "景颇族", "傈僳族", "白族",
    "独龙族", "怒族", "纳西族", "拉祜族", "佤族", "布朗族", "普米族", "朝鲜族", "满族", "黎族", "畲族",
    "达斡尔族", "鄂温克族", "鄂伦春族", "仡佬族", "水族",
)  # fmt: skip
_NOISE: Final = re.compile(r"[\s·・\-—_/,，、.()（）]+")
_SHORTEST: Final = 2
_NEAR: Final = 0.5
_SHOWN: Final = 3


class Verdict(StrEnum):
    """How well a spelling was understood."""

    MATCHED = "matched"
    NOTED = "noted"
    UNKNOWN = "unknown"


class NoteKind(StrEnum):
    """Why a match carries a note: the name is of the past, or a part of it says nothing known."""

    FORMER = "former"
    PARTIAL = "partial"


@dataclass(frozen=True)
class Place:
    """A division; `official` is its official name where people say another."""

    code: str
    name: str
    level: int
    parent: str = ""
    official: str = ""


@dataclass(frozen=True)
class Former:
    """A name that no longer exists, its province, and the code of the division of today since a year."""

    name: str
    province: str
    current: str
    since: int


@dataclass(frozen=True)
class Note:
    """What a user should know about a match: the words, the place of today, the year of the change."""

    kind: NoteKind
    text: str
    current: str
    since: int | None = None


@dataclass(frozen=True)
class Match:
    """The divisions a spelling stands for; `unknown` names the part not found: `province` or `city`."""

    verdict: Verdict
    province: Place | None = None
    city: Place | None = None
    county: Place | None = None
    note: Note | None = None
    unknown: str = ""
    suggestions: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The spelling without blanks, separators and full-width characters."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))


def stem(name: str) -> str:
    """The part of a name that people keep when they shorten it, at least two characters long."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= _SHORTEST:
            short = name.removesuffix(ending)
            return _without_peoples(short) if ending.startswith("自治") else short
    return name


def _without_peoples(name: str) -> str:
    found = True
    while found:
        found = False
        for people in _PEOPLES:
            if name.endswith(people) and len(name) - len(people) >= _SHORTEST:
                name, found = name.removesuffix(people), True
    return name


class _Index:
    """Places of one level by full name and by stem; a name may stand for several."""

    def __init__(self) -> None:
        self.full: dict[str, list[Place]] = defaultdict(list)
        self.short: dict[str, list[Place]] = defaultdict(list)

    def add(self, place: Place) -> None:
        for name in {place.name, place.official} - {""}:
            self.full[name].append(place)
        self.short[stem(place.name)].append(place)

    def forms(self) -> Iterator[tuple[str, Place]]:
        for table in (self.full, self.short):
            for name, found in table.items():
                if len(found) == 1:
                    yield name, found[0]


@dataclass(frozen=True)
class _Hit:
    """What a spelling was found to be inside one province."""

    places: Sequence[Place]
    note: Note | None = None


class Gazetteer:
    """All divisions and former names, indexed once and asked many times."""

    def __init__(self, divisions: Iterable[Place], former: Iterable[Former] = ()) -> None:
        self._by_code = {place.code: place for place in divisions}
        self._provinces = _Index()
        self._cities: dict[str, _Index] = defaultdict(_Index)
        self._counties: dict[str, _Index] = defaultdict(_Index)
        self._counties_of: dict[str, _Index] = defaultdict(_Index)
        self._former: dict[str, dict[str, Former]] = defaultdict(dict)
        for place in self._by_code.values():
            self._add(place)
        for past in former:
            self._former[past.province][past.name] = past

    def _add(self, place: Place) -> None:
        if place.level == PROVINCE:
            self._provinces.add(place)
        elif place.level == CITY:
            self._cities[place.parent].add(place)
        else:
            self._counties[self._by_code[place.parent].parent].add(place)
            self._counties_of[place.parent].add(place)

    def match(self, province: str, city: str = "") -> Match:
        """The divisions meant by the texts of a province and a city column; either may be empty, not both."""
        named, rest = self._province(plain(province))
        wanted = rest + plain(city)
        if named is None:
            return self._without_province(plain(province), wanted)
        if not wanted:
            return Match(Verdict.MATCHED, province=named)
        hit = self._inside(named, wanted)
        if hit is None or len(hit.places) != 1:
            near = [self._full_name(place) for place in hit.places] if hit else self._near(named, wanted)
            return Match(Verdict.UNKNOWN, province=named, unknown="city", suggestions=tuple(near))
        return self._matched(hit.places[0], hit.note)

    def locate(self, text: str) -> Match:
        """The divisions meant by one text: `浙江省杭州市`, `杭州`, `北京市朝阳区`."""
        match = self.match(text)
        return self.match("", text) if match.unknown == "province" else match

    def _province(self, text: str) -> tuple[Place | None, str]:
        """The province a text names, and what it says beyond that."""
        for table in (self._provinces.full, self._provinces.short):
            if text in table:
                return table[text][0], ""
        longest = max(
            (form for form in self._provinces.forms() if text.startswith(form[0])),
            key=lambda form: len(form[0]),
            default=None,
        )
        return (longest[1], text.removeprefix(longest[0])) if longest else (None, "")

    def _without_province(self, province: str, city: str) -> Match:
        """A city alone is enough when only one province has it; a province nobody knows is unknown."""
        if province:
            near = _closest(province, self._provinces.forms())
            return Match(Verdict.UNKNOWN, unknown="province", suggestions=near)
        found = self._everywhere(city) if city else []
        if len(found) == 1:
            return self._matched(found[0].places[0], found[0].note)
        names = tuple(self._with_province(hit.places[0]) for hit in found[:_SHOWN])
        return Match(Verdict.UNKNOWN, unknown="province", suggestions=names)

    def _everywhere(self, text: str) -> list[_Hit]:
        hits = [self._inside(place, text) for places in self._provinces.full.values() for place in places]
        return [hit for hit in hits if hit is not None and len(hit.places) == 1]

    def _inside(self, province: Place, text: str) -> _Hit | None:
        """The place a text names inside a province, from the most to the least certain reading."""
        cities, counties = self._cities[province.code], self._counties[province.code]
        past = self._former[province.code]
        if text in cities.full:
            return _Hit(cities.full[text])
        if text in past:
            return self._former_hit(past[text])
        for table in (cities.short, counties.full, counties.short):
            if text in table:
                return _Hit(table[text])
        shortened = [former for former in past.values() if stem(former.name) == text]
        if shortened:
            return self._former_hit(shortened[0])
        return self._composed(province, text)

    def _former_hit(self, former: Former) -> _Hit:
        place = self._by_code[former.current]
        note = Note(NoteKind.FORMER, former.name, self._full_name(place), former.since)
        return _Hit([place], note)

    def _composed(self, province: Place, text: str) -> _Hit | None:
        """City and county in one text, or the province repeated before the city."""
        partial = None
        for name, city in self._longest_first(self._cities[province.code], text):
            rest = text.removeprefix(name)
            counties = self._counties_of[city.code]
            found = counties.full.get(rest) or counties.short.get(rest)
            if found and len(found) == 1:
                return _Hit(found)
            partial = partial or _Hit([city], Note(NoteKind.PARTIAL, rest, city.name))
        for name in (province.name, stem(province.name)):
            if text.startswith(name) and text != name:
                return self._inside(province, text.removeprefix(name)) or partial
        return partial

    @staticmethod
    def _longest_first(index: _Index, text: str) -> list[tuple[str, Place]]:
        fitting = [form for form in index.forms() if text.startswith(form[0])]
        return sorted(fitting, key=lambda form: len(form[0]), reverse=True)

    def _matched(self, place: Place, note: Note | None) -> Match:
        """City and county of a place; a county administered by its province stands as a city of its own."""
        verdict = Verdict.NOTED if note else Verdict.MATCHED
        if place.level == CITY:
            return Match(verdict, self._by_code[place.parent], place, note=note)
        city = self._by_code[place.parent]
        province = self._by_code[city.parent]
        if city.name.endswith(DIRECT_COUNTIES):
            return Match(verdict, province, place, note=note)
        return Match(verdict, province, city, place, note)

    def _full_name(self, place: Place) -> str:
        parent = self._by_code[place.parent]
        within = place.level == COUNTY and not parent.name.endswith(DIRECT_COUNTIES)
        return parent.name + place.name if within else place.name

    def _with_province(self, place: Place) -> str:
        found = self._matched(place, None)
        return f"{found.province.name if found.province else ''} {place.name}"

    def _near(self, province: Place, text: str) -> Sequence[str]:
        """Names close to a text that the province does not have: first the same name in another province."""
        elsewhere = [self._with_province(hit.places[0]) for hit in self._everywhere(text) if hit.note is None]
        if elsewhere:
            return elsewhere[:_SHOWN]
        return _closest(text, [*self._cities[province.code].forms(), *self._counties[province.code].forms()])


def _closest(text: str, forms: Iterable[tuple[str, Place]]) -> tuple[str, ...]:
    """The full names of the places whose forms look most like a text, the closest first."""
    names = {form: place.name for form, place in forms}
    close = difflib.get_close_matches(text, names, len(names) or 1, _NEAR)
    return tuple(dict.fromkeys(names[form] for form in close))[:_SHOWN]
