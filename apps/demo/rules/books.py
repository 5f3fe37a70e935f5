"""How a dealer of the sample earns and loses: a month's statement from its cars, its size and its fortune.

Whole yuan. Every identity of the statement holds, months follow each other, and about half of the network
loses money: the overstocked pay interest for it, the shrinking carry expense they no longer earn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from apps.demo.rules.cars import Profile, Story
from apps.finance.rules.checks import SWING, SWING_FLOOR, SWINGING
from apps.finance.rules.lines import INPUTS, LINES, Measured, Nature
from apps.kernel import period

VAT = 1.13
REBATES = {"G111": 0.30, "G112": 0.28, "G113": 0.16, "G114": 0.10, "G115": 0.09, "G116": 0.05, "G117": 0.02}
SERVICE = {
    "1": (0.30, 0.42),
    "2": (0.34, 0.70),
    "3": (0.08, 0.66),
    "4": (0.20, 0.62),
    "5": (0.03, 0.80),
    "6": (0.05, 0.55),
}
"""Share of after-sales revenue, and cost rate, by split."""
SWING_SHARE, LEAST_SWING = float(SWING), int(SWING_FLOOR)
DERIVED = {"R41": 0.36, "R42": 0.14, "R43": 0.15, "R44": 0.20, "R45": 0.10, "R46": 0.05}
_PLAIN = tuple((line.code, line.parts) for line in LINES if line.is_total)


@dataclass(frozen=True)
class Sold:
    """The cars of a month: how many, for how much, at what cost, tax included."""

    units: int
    amount: int
    cost: int


@dataclass(frozen=True)
class Store:
    """What does not change: cars a month, fortune (0 poor … 1 good), what is built in it."""

    cars: float
    fortune: float
    assets: int
    staff: tuple[int, int, int]

    @classmethod
    def of(cls, profile: Profile, rng: Random) -> Store:
        """The store of a dealer."""
        fortune = rng.betavariate(2.6, 2.1)
        if profile.story in (Story.OVERSTOCKED, Story.SHRINKING):
            fortune *= 0.45
        cars = profile.base_units
        staff = (4 + round(cars / 5), 6 + round(cars / 3.2), 4 + round(cars / 14))
        return cls(cars, fortune, round(2_500_000 + cars * 95_000), staff)


@dataclass(frozen=True)
class Month:
    """A month's books: all lines, and the explanations the store gave."""

    lines: dict[str, int]
    notes: dict[str, str]


def month_of(
    store: Store, month: period.Month, sold: Sold, stock: int, before: Month | None, rng: Random
) -> Month:
    """The statement of a month that follows the one before."""
    last = before.lines if before else {}
    lines = dict.fromkeys((line.code for line in INPUTS), 0)
    _earn(lines, store, sold, rng)
    _spend(lines, store, last, rng)
    _total(lines)
    lines["T"] = max(0, round(lines["PBT"] * 0.25))
    _total(lines)
    _hold(lines, store, stock, last)
    _count(lines, store, sold, rng)
    _year(lines, month, last)
    _total(lines)
    return Month(lines, _notes(lines, last))


def _noise(rng: Random, base: float, spread: float = 0.07) -> int:
    return max(0, round(rng.gauss(base, base * spread)))


def _earn(lines: dict[str, int], store: Store, sold: Sold, rng: Random) -> None:
    lines["R10"] = round(sold.amount / VAT)
    lines["C10"] = round(sold.cost * (1.058 - 0.03 * store.fortune) / VAT)
    rebates = lines["C10"] * (0.036 + 0.008 * store.fortune)
    lines |= {code: _noise(rng, rebates * share, 0.12) for code, share in REBATES.items()}
    lines["R20"] = _noise(rng, store.cars * 2_600, 0.25)
    lines["C20"] = round(lines["R20"] * 0.78)
    service = _noise(rng, store.cars * (14_600 + 8_000 * store.fortune))
    for split, (share, cost) in SERVICE.items():
        lines[f"R3{split}"] = _noise(rng, service * share, 0.04)
        lines[f"C3{split}"] = round(lines[f"R3{split}"] * (cost + 0.03 - 0.06 * store.fortune))
    derived = sold.units * (2_600 + 1_900 * store.fortune)
    lines |= {code: _noise(rng, derived * share) for code, share in DERIVED.items()}
    lines["C40"] = round(derived * 0.13)
    lines["R50"] = _noise(rng, 12_000, 0.3)


def _spend(lines: dict[str, int], store: Store, last: Mapping[str, int], rng: Random) -> None:
    size = store.cars
    lines["E10"] = round(lines["R10"] * 0.006)
    lines["E20"] = _noise(rng, sum(store.staff) * 6_350, 0.03)
    lines["E31"] = round(38_000 + size * 850)
    lines["E32"] = round(store.assets * 0.0055)
    lines["E40"] = _noise(rng, 9_000 + size * 480, 0.2)
    lines["E50"] = _noise(rng, 11_000 + size * 260, 0.08)
    lines["E60"] = _noise(rng, 5_000 + size * 90, 0.15)
    lines["E70"] = _noise(rng, 4_500 + size * 70, 0.1)
    lines["E80"] = _noise(rng, 9_000 + size * 160, 0.12)
    owed = last.get("L10", round(size * 110_000))
    lines["E90"] = round((owed + 0.6 * last.get("L11", 0)) * 0.056 / 12)


def _hold(lines: dict[str, int], store: Store, stock: int, last: Mapping[str, int]) -> None:
    """The balance sheet: loans take what is left, and cash what loans cannot be."""
    capital = round(store.assets * 0.72)
    lines["B10"] = round(store.cars * (14_000 + 15_000 * store.fortune) + 260_000)
    lines["B11"] = round(lines["R30"] * 0.35 + store.cars * 4_000)
    lines["B12"] = round(lines["G11"] * 2.1)
    lines["B121"] = max(0, round(lines["B12"] * (0.2 - 0.3 * store.fortune)))
    lines["B13"] = round(stock / VAT)
    lines["B14"] = round(lines["C32"] * 1.3)
    lines["B15"] = round(lines["C10"] * 0.16)
    lines["B16"] = round(store.cars * 3_500)
    lines["B20"] = store.assets
    lines["L11"] = round(lines["B13"] * 0.38)
    lines["B101"] = min(round(lines["L11"] * 0.2), round(lines["B10"] * 0.55))
    lines["L12"] = round(lines["C32"] * 0.9 + store.cars * 6_000)
    lines["L13"] = round(lines["R10"] * 0.035)
    lines["L14"] = lines["E20"]
    lines["L20"] = round(store.assets * 0.28)
    lines["Q10"] = capital
    lines["Q11"] = last.get("Q11", round(capital * 0.3)) + lines["NP"]
    _total(lines)
    gap = lines["B29"] - lines["L29"] - lines["Q19"]
    lines["L10"] = max(gap, 0)
    lines["B10"] += max(-gap, 0)
    lines["K00"] = last.get("B10", lines["B10"])
    lines["K20"] = -round(store.assets * 0.002) if last else 0
    lines["K30"] = lines["L10"] - last.get("L10", lines["L10"])
    lines["K10"] = lines["B10"] - lines["K00"] - lines["K20"] - lines["K30"]


def _count(lines: dict[str, int], store: Store, sold: Sold, rng: Random) -> None:
    lines["S10"] = max(sold.units, 0)
    lines["S12"] = min(lines["S10"], round(lines["S10"] * max(0.0, 0.42 - 0.4 * store.fortune)))
    lines["S11"] = rng.randrange(3)
    lines["S20"] = round(store.cars * 0.16)
    lines["S30"] = round(lines["R30"] / 1_150)
    lines["S31"] = round(lines["R31"] / 165)
    lines["S41"], lines["S42"], lines["S43"] = store.staff
    lines["S50"] = round(500 + store.cars * 14)
    lines["S51"] = round(6 + store.cars / 3)


def _year(lines: dict[str, int], month: period.Month, last: Mapping[str, int]) -> None:
    for control, code in (("Y10", "REV"), ("Y20", "PBT"), ("Y30", "NP")):
        lines[control] = lines[code] + (0 if month.month == 1 else last.get(control, 0))


def _total(lines: dict[str, int]) -> None:
    for code, parts in _PLAIN:
        lines[code] = sum(sign * lines[part] for sign, part in parts)


def _notes(lines: Mapping[str, int], last: Mapping[str, int]) -> dict[str, str]:
    """What the store would have to say of the month."""
    notes = {}
    if lines["G1"] < 0:
        notes["G1"] = "清理长库龄车辆，成交价低于扣返利后成本"
    text = "销量较上月减少，随销量变动" if lines["S10"] < last.get("S10", 0) else "销量较上月增加，随销量变动"
    for code in SWINGING:
        now, before = lines[code], last.get(code, 0)
        if before and abs(now - before) > max(LEAST_SWING, abs(before) * SWING_SHARE):
            notes[code] = text
    return notes


def planned(months: Sequence[Mapping[str, int]], growth: float) -> dict[str, int]:
    """What a store plans after these months: more of what it earns, expense as it was; no balance sheet.

    Yuan are planned to the thousand; totals follow from the lines.
    """
    lines: dict[str, int] = {}
    for line in INPUTS:
        if line.nature is Nature.STOCK or line.section in ("cash", "ytd"):
            continue
        mean = sum(month[line.code] for month in months) / len(months)
        wanted = mean if line.section == "expense" else mean * growth
        lines[line.code] = round(wanted) if line.measured is Measured.COUNT else 1000 * round(wanted / 1000)
    for code, parts in _PLAIN:
        if all(part in lines for _sign, part in parts):
            lines[code] = sum(sign * lines[part] for sign, part in parts)
    return lines


def audited(year: Sequence[Mapping[str, int]], rng: Random) -> tuple[dict[str, int], dict[str, str]]:
    """The audited year: the months added up, with expense the auditor found, explained."""
    lines: dict[str, int] = {}
    for line in INPUTS:
        if line.section == "ytd":
            continue
        state = line.nature is Nature.STOCK
        lines[line.code] = year[-1][line.code] if state else sum(month[line.code] for month in year)
    lines["K00"] = year[0]["K00"]
    found = round(lines["E80"] * rng.uniform(0.02, 0.06))
    lines["E80"] += found
    lines["L14"] += found
    lines["Q11"] -= found
    for code, parts in _PLAIN:
        lines[code] = sum(sign * lines[part] for sign, part in parts)
    return lines, {"E80": "审计补提中介服务费", "L14": "审计补提中介服务费", "Q11": "审计调整影响"}
