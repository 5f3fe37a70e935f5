"""Many dealers at once: from a list that was checked, or from spellings that nobody knows yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer, DealerCode, DealerGroup, DealerPlacement, Division, OrgUnit
from apps.dealers.rules import UNKNOWN_SINCE, StoreType, names
from apps.dealers.services import finding, places, recording

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
    """Create the dealers of a list, with the units and groups they need; `code_taken` when a code is.

    A dealer stands in its unit since its opening, or since before every fact when the opening is unknown.
    """
    jobs.lock("dealers.codes")
    taken = DealerCode.objects.filter(code__in=[each.code for each in given]).first()
    if taken is not None:
        raise DomainError("code_taken", _("Code %(taken)s is taken."), taken=taken.code)
    units = finding.Units(actor, now).standing_for({(each.province, each.area) for each in given})
    groups = _groups(given, actor, now)
    wanted = {code for each in given for code in (each.province, each.city, each.county) if code}
    divisions = Division.objects.in_bulk(wanted)
    made = [_dealer(each, units, groups, divisions) for each in given]
    return _store(made, actor, now)


@transaction.atomic
def create_from_spellings(spellings: Collection[str], actor: Actor, now: datetime) -> dict[str, int]:
    """Create a dealer for each spelling, named by it and not yet assigned to a region; spelling → key."""
    jobs.lock("dealers.codes")
    unit = finding.Units(actor, now).unassigned()
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
        county=divisions.get(given.county or ""),
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


def _free_numbers() -> Iterator[int]:
    used = DealerCode.objects.filter(code__regex=rf"^{UNKNOWN_PREFIX}\d+$").values_list("code", flat=True)
    number = max((int(code.removeprefix(UNKNOWN_PREFIX)) for code in used), default=0)
    while True:
        number += 1
        yield number
