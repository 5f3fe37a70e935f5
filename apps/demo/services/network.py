"""The dealers of the sample, in real cities, with the units that look after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import cycle
from random import Random

from django.db.models import Q

from apps.core.access import Actor
from apps.dealers.models import Dealer, Division
from apps.dealers.rules import StoreType
from apps.dealers.rules.places import CITY, DIRECT_COUNTIES, stem
from apps.dealers.services.taking import NewDealer, take_dealers
from apps.demo.rules import PROVINCES, WORDS, Profile, stream

GROUPS = ("和顺集团", "长风控股", "天成汽车集团", "东岳投资", "南岭汽贸集团", "北辰控股")
AREAS_OVER = 12
FORMATS = (StoreType.FULL_4S, StoreType.CITY_SHOWROOM, StoreType.SATELLITE)


def build(
    found: Sequence[Profile], *, seed: int, opened_before: date, actor: Actor, now: datetime
) -> list[Dealer]:
    """Create a dealer for each profile, in its order."""
    rng = stream(seed, "places")
    cities = _cities()
    codes = [code for code in PROVINCES if code in cities]
    provinces = rng.choices(codes, [PROVINCES[code] for code in codes], k=len(found))
    crowded = {code for code in codes if provinces.count(code) > AREAS_OVER}
    names = _names(rng)
    given = []
    for profile, province in zip(found, provinces, strict=True):
        city = rng.choice(cities[province])
        name = next(names)
        given.append(
            NewDealer(
                code=profile.code,
                name=f"{stem(city.name)}{name}汽车销售服务有限公司",
                short_name=f"{stem(city.name)}{name}",
                province=province,
                city=city.pk,
                area=f"{stem(city.parent.name if city.parent else '')}{rng.choice('一二')}片区"
                if province in crowded
                else "",
                group=rng.choice(GROUPS) if rng.random() < 0.3 else "",
                store_type=rng.choices(FORMATS, (80, 14, 6))[0],
                opened_on=date(opened_before.year - rng.randrange(1, 12), rng.randrange(1, 13), 1),
                contract_from=date(opened_before.year - 1, 1, 1),
                contract_to=date(opened_before.year + rng.randrange(2, 5), 12, 31),
            )
        )
    return take_dealers(given=given, actor=actor, now=now)


def _cities() -> dict[str, list[Division]]:
    """The cities of each province, without the divisions that only gather counties: nobody's address."""
    cities: dict[str, list[Division]] = {}
    gathering = Q(name__endswith=DIRECT_COUNTIES) | Q(official_name="县")
    found = Division.objects.filter(level=CITY).exclude(gathering)
    for city in found.select_related("parent").order_by("pk"):
        if city.parent_id:
            cities.setdefault(city.parent_id, []).append(city)
    return cities


def _names(rng: Random) -> Iterator[str]:
    """Company words without end: each word once, then with a second one."""
    words = list(WORDS)
    rng.shuffle(words)
    yield from words
    pairs = [first + second for first in words for second in words if first != second]
    rng.shuffle(pairs)
    yield from cycle(pairs)
