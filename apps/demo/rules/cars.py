"""A believable network from a seed: who the dealers are, what they sell, which stories they live through.

Everything follows from the seed by named random streams, so the same seed gives the same network whatever was
drawn before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from apps.kernel.period import Month
from apps.vehicles.rules import check_digit

SEASON = (1.15, 0.62, 0.95, 0.90, 0.92, 1.00, 0.88, 0.94, 1.10, 1.08, 1.14, 1.32)
PROVINCES = {
    "44": 11, "37": 9, "32": 9, "33": 8, "41": 7, "13": 7, "51": 6, "42": 5, "43": 5, "34": 5, "35": 4,
    "21": 4, "61": 4, "45": 3, "53": 3, "36": 3, "14": 3, "11": 3, "31": 3, "50": 3, "52": 3, "23": 2,
    "22": 2, "15": 2, "65": 2, "12": 2, "62": 2, "64": 1, "46": 1, "63": 1, "54": 1,
}  # fmt: skip
WORDS = (
    "宏达", "骏驰", "华通", "鸿运", "瑞丰", "恒信", "金源", "顺达", "龙腾", "远航", "嘉诚",
    "万通", "新元", "安驰", "德润", "博众", "信合", "广汇", "盛世", "永泰", "天和", "利源",
    "中南", "泰和", "锦程", "润达", "众诚", "东方", "佳运", "元通",
)  # fmt: skip
COLOURS = ("珍珠白", "极夜黑", "星空灰", "流光银", "深海蓝", "赤焰红")


class Story(StrEnum):
    """What is planted in a dealer's figures, to be found by looking."""

    STEADY = "steady"
    OVERSTOCKED = "overstocked"
    SHORT = "short"
    SHRINKING = "shrinking"
    BUNCHED = "bunched"
    LATE = "late"


SHARES = (
    (Story.OVERSTOCKED, 0.06),
    (Story.SHORT, 0.04),
    (Story.SHRINKING, 0.05),
    (Story.BUNCHED, 0.05),
    (Story.LATE, 0.04),
)


@dataclass(frozen=True)
class Car:
    """A model of the sample catalogue with its price band; `key` stands at VIN position 7."""

    code: str
    key: str
    name: str
    series: str
    trims: tuple[tuple[str, int], ...]


CATALOGUE = (
    Car("A3", "A", "远行 A3", "远行", (("1.5T 舒适型", 98_800), ("1.5T 豪华型", 118_800))),
    Car("A5", "B", "远行 A5", "远行", (("1.5T 尊享型", 128_800), ("2.0T 旗舰型", 158_800))),
    Car("C5", "C", "越境 C5", "越境", (("1.5T 都市版", 119_900), ("2.0T 四驱版", 149_900))),
    Car("C7", "D", "越境 C7", "越境", (("2.0T 五座版", 179_900), ("2.0T 七座版", 199_900))),
    Car("E1", "E", "清源 E1", "清源", (("410km 标准版", 109_800), ("510km 长续航版", 129_800))),
    Car("E6", "F", "清源 E6", "清源", (("600km 两驱版", 189_800), ("700km 四驱版", 229_800))),
)
MIX = (24, 14, 26, 12, 14, 10)


@dataclass(frozen=True)
class Profile:
    """A dealer of the sample: its number from 1, its story, its size and how fast it grows a year."""

    number: int
    story: Story
    base_units: float
    growth: float

    @property
    def code(self) -> str:
        """The dealer code."""
        return f"D{self.number:04d}"


@dataclass(frozen=True, slots=True)
class Unit:
    """One car through one dealer: received, and delivered unless still in stock."""

    vin: str
    car: Car
    trim: str
    list_price: int
    colour: str
    produced_on: date
    received_on: date
    cost: Decimal
    delivered_on: date | None
    price: Decimal | None
    returned_on: date | None


def stream(seed: int, *names: object) -> Random:
    """The random stream of a name."""
    return Random(":".join(map(str, (seed, *names))))


def profiles(dealers: int, seed: int) -> list[Profile]:
    """The dealers with their planted stories."""
    rng = stream(seed, "profiles")
    order = list(range(1, dealers + 1))
    rng.shuffle(order)
    stories: dict[int, Story] = {}
    start = 0
    for story, share in SHARES:
        count = max(1, round(dealers * share)) if dealers >= len(SHARES) else 0
        stories.update(dict.fromkeys(order[start : start + count], story))
        start += count
    return [_profile(number, stories.get(number, Story.STEADY), rng) for number in range(1, dealers + 1)]


def _profile(number: int, story: Story, rng: Random) -> Profile:
    base = min(max(rng.lognormvariate(3.2, 0.45), 6), 90)
    growth = -0.28 if story is Story.SHRINKING else rng.gauss(0.04, 0.09)
    return Profile(number, story, base, growth)


def monthly_units(profile: Profile, months: Sequence[Month], seed: int) -> list[int]:
    """Retail units of each month: season, growth, noise; a bunched dealer lands just over +10 % a quarter."""
    rng = stream(seed, "units", profile.number)
    found = []
    for index, month in enumerate(months):
        expected = profile.base_units * SEASON[month.month - 1] * (1 + profile.growth) ** (index / 12)
        found.append(max(1, round(rng.gauss(expected, expected**0.5 * 0.8))))
    if profile.story is Story.BUNCHED:
        _bunch(found, months)
    return found


def _bunch(units: list[int], months: Sequence[Month]) -> None:
    """Lift or lower a quarter's last month so that the quarter just reaches 10 % over last year's."""
    for index in range(14, len(months)):
        if months[index].month % 3:
            continue
        last_year = sum(units[index - 14 : index - 11])
        wanted = -(-last_year * 11 // 10)
        units[index] = max(1, wanted - units[index - 1] - units[index - 2])


def cover(profile: Profile, index: int, count: int) -> float:
    """The months of stock a dealer holds at the end of the month `index` of `count`."""
    share = index / max(count - 1, 1)
    if profile.story is Story.OVERSTOCKED:
        return 1.2 + 1.4 * share
    if profile.story is Story.SHORT:
        return 0.95 - 0.35 * share
    return 0.95 + 0.25 * ((profile.number * 37) % 100) / 100


def history(profile: Profile, months: Sequence[Month], seed: int, *, last_day: date) -> Iterator[Unit]:
    """All cars of a dealer, none touched after `last_day`; stock at month ends follows `cover`."""
    rng = stream(seed, "history", profile.number)
    sold = monthly_units(profile, months, seed)
    waiting: deque[tuple[date, int]] = deque()
    serial = 0
    opening = months[0].previous
    for _ in range(round(sold[0] * cover(profile, 0, len(months)))):
        waiting.append((opening.first + timedelta(rng.randrange(opening.days)), serial))
        serial += 1
    for index, month in enumerate(months):
        until = min(month.last, last_day)
        target = round(sold[index] * cover(profile, index, len(months)))
        arriving = max(0, sold[index] + target - len(waiting))
        for _ in range(arriving):
            waiting.append((_day(rng, month, until, early=True), serial))
            serial += 1
        waiting = deque(sorted(waiting))
        for delivered in _delivery_days(profile, rng, month, until, sold[index]):
            position = 0 if rng.random() < 0.85 else min(rng.randrange(6), len(waiting) - 1)
            if waiting[position][0] > delivered:
                position = 0
            if waiting[0][0] > delivered:
                continue
            received, number = waiting[position]
            del waiting[position]
            yield _unit(profile, rng, number, received, delivered, last_day)
    for received, number in waiting:
        yield _unit(profile, rng, number, received, None, last_day)


def _day(rng: Random, month: Month, until: date, *, early: bool = False) -> date:
    days = (until - month.first).days + 1
    place = min(rng.random(), rng.random()) if early else rng.random()
    return month.first + timedelta(int(place * days))


def _delivery_days(profile: Profile, rng: Random, month: Month, until: date, count: int) -> list[date]:
    days = [_day(rng, month, until) for _ in range(count)]
    if profile.story is Story.BUNCHED and month.month % 3 == 0 and until == month.last:
        for index in range(count // 3):
            days[index] = until - timedelta(rng.randrange(3))
    return sorted(days)


def _unit(
    profile: Profile, rng: Random, number: int, received: date, delivered: date | None, last_day: date
) -> Unit:
    car = rng.choices(CATALOGUE, MIX)[0]
    trim, list_price = car.trims[rng.random() < 0.4]
    produced = received - timedelta(rng.randrange(6, 40))
    discount = Decimal(rng.randrange(20, 140)) / 1000
    price = None if delivered is None else (Decimal(list_price) * (1 - discount)).quantize(Decimal("0.01"))
    returned = None
    if delivered is not None and rng.random() < 0.004:
        returned = delivered + timedelta(rng.randrange(5, 40))
        returned = returned if returned <= last_day else None
    return Unit(
        vin=vin(profile.number, number, car, produced.year),
        car=car,
        trim=trim,
        list_price=list_price,
        colour=rng.choice(COLOURS),
        produced_on=produced,
        received_on=received,
        cost=(Decimal(list_price) * Decimal("0.9")).quantize(Decimal("0.01")),
        delivered_on=delivered,
        price=price,
        returned_on=returned,
    )


def vin(dealer: int, number: int, car: Car, year: int) -> str:
    """A valid synthetic VIN, unique for dealer and number."""
    codes = "ABCDEFGHJKLMNPRSTVWXY123456789"
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    vds = f"{letters[dealer // 1089 % 33]}{letters[dealer // 33 % 33]}{letters[dealer % 33]}"
    body = f"LDP{vds}{car.key}00{codes[(year - 2010) % 30]}A{number:06d}"
    return body[:8] + check_digit(body) + body[9:]
