"""Places as people write them, against the shipped divisions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.dealers.rules.places import CITY, COUNTY, Former, Gazetteer, NoteKind, Place, Verdict, stem

FOLDER = Path(__file__).resolve().parents[2] / "reference"


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


PLACES = [
    Place(row["code"], row["name"], int(row["level"]), row["parent"], row["official_name"])
    for row in table("divisions")
]
FORMER = [
    Former(row["name"], row["province"], row["current"], int(row["since"])) for row in table("former_places")
]
BY_CODE = {place.code: place for place in PLACES}
GAZETTEER = Gazetteer(PLACES, FORMER)
CITIES = [place for place in PLACES if place.level == CITY and not place.name.endswith("行政区划")]
NOISE = st.sampled_from(["", " ", "　", "·", " - "])


def found(province: str, city: str) -> tuple[str, str, str]:
    match = GAZETTEER.match(province, city)
    named = (match.province, match.city, match.county)
    return tuple(place.name if place else "" for place in named)


def test_the_tables_are_whole() -> None:
    levels = [sum(place.level == level for place in PLACES) for level in (1, 2, 3)]
    assert levels == [34, 342, 2978]
    assert all(place.parent in BY_CODE for place in PLACES if place.level > 1)
    assert all(past.current in BY_CODE and past.current.startswith(past.province) for past in FORMER)
    assert len({row["province"] for row in table("regions")}) == 34
    tiers = [row["tier"] for row in table("city_tiers")]
    assert [tiers.count(tier) for tier in ("tier_1", "tier_2", "tier_3")] == [4, 32, 35]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("北京市", "北京"),
        ("内蒙古自治区", "内蒙古"),
        ("新疆维吾尔自治区", "新疆"),
        ("广西壮族自治区", "广西"),
        ("黔西南布依族苗族自治州", "黔西南"),
        ("巴音郭楞蒙古自治州", "巴音郭楞"),
        ("恩施土家族苗族自治州", "恩施"),
        ("孟村回族自治县", "孟村"),
        ("兴安盟", "兴安"),
        ("阿克苏地区", "阿克苏"),
        ("忠县", "忠县"),
        ("沙市区", "沙市"),
    ],
)
def test_stems(name: str, short: str) -> None:
    assert stem(name) == short


@pytest.mark.parametrize(
    ("province", "city", "expected"),
    [
        ("北京", "北京市", ("北京市", "北京市", "")),
        ("北京市", "市辖区", ("北京市", "北京市", "")),
        ("北京市", "丰台", ("北京市", "北京市", "丰台区")),
        ("上海市", "上海闵行", ("上海市", "上海市", "闵行区")),
        ("内蒙古", "赤峰", ("内蒙古自治区", "赤峰市", "")),
        ("贵州省", "黔南", ("贵州省", "黔南布依族苗族自治州", "")),
        ("贵州省", "黔南都匀", ("贵州省", "黔南布依族苗族自治州", "都匀市")),
        ("浙江省", "温州瑞安", ("浙江省", "温州市", "瑞安市")),
        ("浙江省", "义乌", ("浙江省", "金华市", "义乌市")),
        ("山东省", "临沂市郯城", ("山东省", "临沂市", "郯城县")),
        ("湖北省", "潜江", ("湖北省", "潜江市", "")),
        ("新疆", "石河子市", ("新疆维吾尔自治区", "石河子市", "")),
        ("吉林", "吉林", ("吉林省", "吉林市", "")),
        ("浙江省", "浙江省温州市", ("浙江省", "温州市", "")),
        ("浙江省杭州市", "", ("浙江省", "杭州市", "")),
        ("浙江省", "", ("浙江省", "", "")),
        ("", "杭州", ("浙江省", "杭州市", "")),
        ("重庆", "奉节县", ("重庆市", "重庆市辖县", "奉节县")),
        ("浙 江 省", "杭　州 市", ("浙江省", "杭州市", "")),
    ],
)
def test_spellings(province: str, city: str, expected: tuple[str, str, str]) -> None:
    assert GAZETTEER.match(province, city).verdict is Verdict.MATCHED
    assert found(province, city) == expected


@pytest.mark.parametrize(
    ("province", "city", "expected", "current", "since"),
    [
        ("山东省", "莱芜市", ("山东省", "济南市", "莱芜区"), "济南市莱芜区", 2019),
        ("贵州省", "毕节地区", ("贵州省", "毕节市", ""), "毕节市", 2011),
        ("贵州省", "铜仁地区", ("贵州省", "铜仁市", ""), "铜仁市", 2011),
        ("新疆维吾尔自治区", "哈密地区", ("新疆维吾尔自治区", "哈密市", ""), "哈密市", 2016),
        ("湖北", "襄樊", ("湖北省", "襄阳市", ""), "襄阳市", 2010),
    ],
)
def test_names_of_the_past_match_with_a_note(
    province: str, city: str, expected: tuple[str, str, str], current: str, since: int
) -> None:
    match = GAZETTEER.match(province, city)
    assert match.verdict is Verdict.NOTED
    assert found(province, city) == expected
    assert match.note is not None
    assert (match.note.kind, match.note.current, match.note.since) == (NoteKind.FORMER, current, since)


def test_the_short_form_of_a_place_of_today_needs_no_note() -> None:
    assert GAZETTEER.match("新疆", "哈密").verdict is Verdict.MATCHED


def test_an_unknown_part_of_a_known_city_is_noted() -> None:
    match = GAZETTEER.match("浙江", "杭州高新区")
    assert match.verdict is Verdict.NOTED
    assert match.city is not None and match.city.name == "杭州市"
    assert match.note is not None and (match.note.kind, match.note.text) == (NoteKind.PARTIAL, "高新区")


@pytest.mark.parametrize(
    ("province", "city", "unknown", "suggestions"),
    [
        ("山西", "太源市", "city", ("太原市",)),
        ("江苏省", "杭州市", "city", ("浙江省 杭州市",)),
        ("黒龙江省", "", "province", ("黑龙江省",)),
        ("河北省", "桥西区", "city", ("石家庄市桥西区", "张家口市桥西区")),
        ("山东省", "新加坡", "city", ()),
        ("火星", "杭州市", "province", ()),
    ],
)
def test_unknown_places_name_the_nearest(
    province: str, city: str, unknown: str, suggestions: tuple[str, ...]
) -> None:
    match = GAZETTEER.match(province, city)
    assert match.verdict is Verdict.UNKNOWN
    assert match.unknown == unknown
    assert match.suggestions[: len(suggestions) or 1] == suggestions


@given(st.sampled_from(CITIES), st.booleans(), st.booleans(), NOISE, NOISE)
def test_every_city_is_found_by_its_name_and_its_stem(
    city: Place, short_province: bool, short_city: bool, before: str, after: str
) -> None:
    province = BY_CODE[city.parent]
    match = GAZETTEER.match(
        before + (stem(province.name) if short_province else province.name) + after,
        after + (stem(city.name) if short_city else city.name) + before,
    )
    assert match.verdict is Verdict.MATCHED
    assert match.province == province
    assert match.city == city


@given(st.sampled_from([place for place in PLACES if place.level == COUNTY]))
def test_a_county_written_after_its_city_is_found(county: Place) -> None:
    city = BY_CODE[county.parent]
    province = BY_CODE[city.parent]
    direct = city.name.endswith("行政区划")
    match = GAZETTEER.match(province.name, county.name if direct else city.name + county.name)
    assert match.verdict is Verdict.MATCHED
    assert (match.city if direct else match.county) == county


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_gets_an_answer(province: str, city: str) -> None:
    match = GAZETTEER.match(province, city)
    if match.verdict is Verdict.UNKNOWN:
        assert match.unknown in ("province", "city") and match.city is None
    else:
        assert match.province is not None
