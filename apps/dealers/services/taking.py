"""Many dealers at once: from a list that was checked, or from spellings that nobody knows yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.dealers import reference
from apps.dealers.models import Dealer, DealerCode, DealerGroup, DealerPlacement, Division, OrgUnit
from apps.dealers.rules import UNKNOWN_SINCE, StoreType, UnitKind, names
from apps.dealers.rules.places import stem
from apps.dealers.services import places, recording, tree

HEADQUARTERS = ("HQ", "总部")
UNASSIGNED = ("UNASSIGNED", "未分区")
AREA_DIGITS = 2
UNKNOWN_PREFIX = "X"


@dataclass(frozen=True)
class NewDealer:
    """A dealer of a list; places are codes of divisions, `area` and `group` are names."""

    code: str
    name: str
    province: str
    city: str | None = None
    county: str | None = None
    area: str = ""
    short_name: str = ""
    group: str = ""
    store_type: str = StoreType.FULL_4S
    address: str = ""
    opened_on: date | None = None
    contract_from: date | None = None
    contract_to: date | None = None


@transaction.atomic
def take_dealers(*, given: Sequence[NewDealer], actor: Actor, now: datetime) -> list[Dealer]:
    """Create the dealers of a list, with the units and groups they need; codes must be free (checked before).

    A dealer stands in its unit since its opening, or since before every fact when the opening is unknown.
    """
    jobs.lock("dealers.codes")
    units = _units(given, actor, now)
    groups = _groups(given, actor, now)
    wanted = {code for each in given for code in (each.city, each.province) if code}
    divisions = Division.objects.in_bulk(wanted)
    made = [_dealer(each, units, groups, divisions) for each in given]
    return _store(made, actor, now)


@transaction.atomic
def create_from_spellings(spellings: Collection[str], actor: Actor, now: datetime) -> dict[str, int]:
    """Create a dealer for each spelling, named by it and not yet assigned to a region; spelling → key."""
    jobs.lock("dealers.codes")
    unit = _unassigned(actor, now)
    numbers = _free_numbers()
    made = [
        Dealer(code=f"{UNKNOWN_PREFIX}{next(numbers):04d}", name=names.clean(spelling), unit=unit)
        for spelling in sorted(spellings)
    ]
    _store(made, actor, now)
    return {spelling: row.pk for spelling, row in zip(sorted(spellings), made, strict=True)}


def _store(made: list[Dealer], actor: Actor, now: datetime) -> list[Dealer]:
    for row in made:
        row.name_key = names.sort_key(row.name)
        row.search_key = names.search_key(row.code, row.name, row.short_name)
    Dealer.objects.bulk_create(made)
    since = {row.pk: row.opened_on or UNKNOWN_SINCE for row in made}
    DealerCode.objects.bulk_create(
        DealerCode(dealer=row, code=row.code, valid_from=since[row.pk]) for row in made
    )
    DealerPlacement.objects.bulk_create(
        DealerPlacement(
            dealer=row,
            unit_id=row.unit_id,
            city_id=row.city_id,
            county_id=row.county_id,
            address=row.address,
            valid_from=since[row.pk],
        )
        for row in made
    )
    changes = [audit.Change(row, None, recording.said(recording.facts(row)), row.pk) for row in made]
    audit.record_many(actor=actor, action="dealers.create_dealer", changes=changes, now=now)
    return made


def _dealer(
    given: NewDealer,
    units: Mapping[tuple[str, str], OrgUnit],
    groups: Mapping[str, DealerGroup],
    divisions: Mapping[str, Division],
) -> Dealer:
    city = divisions.get(given.city or "")
    return Dealer(
        code=given.code,
        name=names.clean(given.name),
        short_name=given.short_name,
        unit=units[given.province, given.area],
        group=groups.get(given.group),
        province=divisions[given.province],
        city=city,
        county_id=given.county,
        city_tier=places.tier_of(city),
        address=given.address,
        store_type=given.store_type,
        opened_on=given.opened_on,
        contract_from=given.contract_from,
        contract_to=given.contract_to,
    )


def _groups(given: Iterable[NewDealer], actor: Actor, now: datetime) -> dict[str, DealerGroup]:
    wanted = sorted({each.group for each in given if each.group})
    found = {group.name: group for group in DealerGroup.objects.filter(name__in=wanted)}
    for name in wanted:
        if name not in found:
            number = DealerGroup.objects.count() + 1
            while DealerGroup.objects.filter(code=f"G{number:03d}").exists():
                number += 1
            group = DealerGroup.objects.create(code=f"G{number:03d}", name=name)
            audit.record(actor=actor, action="dealers.create_group", obj=group, now=now, after={"name": name})
            found[name] = group
    return found


def _units(given: Iterable[NewDealer], actor: Actor, now: datetime) -> dict[tuple[str, str], OrgUnit]:
    """The province unit (area empty) or area unit of each dealer; missing ones are created."""
    pairs = {(each.province, each.area) for each in given}
    provinces = _province_units(sorted({province for province, _area in pairs}), actor, now)
    units = {(province, ""): unit for province, unit in provinces.items()}
    for province, area in sorted(pairs):
        if area:
            units[province, area] = _area_unit(provinces[province], area, actor, now)
    return units


def _province_units(codes: Sequence[str], actor: Actor, now: datetime) -> dict[str, OrgUnit]:
    divisions = Division.objects.in_bulk(codes)
    alive = OrgUnit.objects.filter(kind=UnitKind.PROVINCE, valid_to__isnull=True).order_by("pk")
    by_division = {unit.division_id: unit for unit in alive if unit.division_id}
    by_name = {stem(unit.name): unit for unit in alive if not unit.division_id}
    found: dict[str, OrgUnit] = {}
    for code in codes:
        division = divisions[code]
        unit = by_division.get(code) or by_name.get(stem(division.name))
        found[code] = unit or tree.create_unit(
            code=f"P{code}",
            name=division.name,
            kind=UnitKind.PROVINCE,
            parent=_region_unit(code, actor, now),
            valid_from=UNKNOWN_SINCE,
            division=division,
            actor=actor,
            now=now,
        )
    return found


def _region_unit(province: str, actor: Actor, now: datetime) -> OrgUnit:
    region, name = reference.regions()[province]
    return _unit((f"R-{region}", name), UnitKind.REGION, _headquarters(actor, now), actor, now)


def _unassigned(actor: Actor, now: datetime) -> OrgUnit:
    return _unit(UNASSIGNED, UnitKind.REGION, _headquarters(actor, now), actor, now)


def _headquarters(actor: Actor, now: datetime) -> OrgUnit:
    found = OrgUnit.objects.filter(kind=UnitKind.HQ).first()
    return found or _unit(HEADQUARTERS, UnitKind.HQ, None, actor, now)


def _area_unit(province: OrgUnit, name: str, actor: Actor, now: datetime) -> OrgUnit:
    siblings = OrgUnit.objects.filter(parent=province, kind=UnitKind.AREA)
    found = siblings.filter(name=name, valid_to__isnull=True).first()
    if found is not None:
        return found
    code = f"{province.code}-{siblings.count() + 1:0{AREA_DIGITS}d}"
    return _unit((code, name), UnitKind.AREA, province, actor, now)


def _unit(
    named: tuple[str, str], kind: UnitKind, parent: OrgUnit | None, actor: Actor, now: datetime
) -> OrgUnit:
    code, name = named
    found = OrgUnit.objects.filter(code=code).first()
    since = max(UNKNOWN_SINCE, parent.valid_from) if parent else UNKNOWN_SINCE
    return found or tree.create_unit(
        code=code, name=name, kind=kind, parent=parent, valid_from=since, actor=actor, now=now
    )


def _free_numbers() -> Iterator[int]:
    used = DealerCode.objects.filter(code__regex=rf"^{UNKNOWN_PREFIX}\d+$").values_list("code", flat=True)
    number = max((int(code.removeprefix(UNKNOWN_PREFIX)) for code in used), default=0)
    while True:
        number += 1
        yield number
