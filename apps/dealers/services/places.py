"""Where dealers stand, from which day on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers import queries
from apps.dealers.models import Dealer, DealerCode, DealerPlacement, Division, OrgUnit
from apps.dealers.rules import UNKNOWN_SINCE, CityTier, places, spans
from apps.dealers.rules.spans import Span
from apps.dealers.services import recording, tree


class Where(NamedTuple):
    """The values of a placement."""

    unit_id: int
    city_id: str | None
    county_id: str | None
    address: str


class Location(NamedTuple):
    """Where a dealer moves to."""

    city: Division
    county: Division | None = None
    address: str = ""


_KEYS = ("valid_from", "valid_to", "unit_id", "city_id", "county_id", "address")


@transaction.atomic
def place_dealer(
    *, dealer: Dealer, unit: OrgUnit, valid_from: date, actor: Actor, now: datetime, seen: int | None = None
) -> Dealer:
    """Put a dealer under another unit from a day until its next change on record; city and address stay."""
    row = recording.lock_dealer(dealer, seen)
    before = recording.facts(row)
    put(row, {"unit_id": alive(unit, valid_from).pk}, valid_from, now)
    note = {"place": str(unit), "valid_from": valid_from}
    return recording.save_dealer(
        row, action="dealers.place_dealer", before=before, actor=actor, now=now, note=note
    )


@transaction.atomic
def relocate(
    *,
    dealer: Dealer,
    to: Location,
    valid_from: date,
    actor: Actor,
    now: datetime,
    unit: OrgUnit | None = None,
    seen: int | None = None,
) -> Dealer:
    """Move a dealer to another city from a day on, and under another unit when one is given."""
    row = recording.lock_dealer(dealer, seen)
    before = recording.facts(row)
    check_place(to.city, to.county)
    values: dict[str, Any] = {
        "city_id": to.city.pk,
        "county_id": to.county.pk if to.county else None,
        "address": to.address,
    }
    if unit is not None:
        values["unit_id"] = alive(unit, valid_from).pk
    put(row, values, valid_from, now)
    parts = [str(part) for part in (unit, to.city, to.county, to.address) if part]
    note = {"place": " · ".join(parts), "valid_from": valid_from}
    return recording.save_dealer(
        row,
        action="dealers.relocate",
        before=before,
        actor=actor,
        now=now,
        note=note,
    )


def put(dealer: Dealer, values: dict[str, Any], start: date, now: datetime) -> None:
    """Change the placements from a day on and set the fields that repeat today's; the caller saves."""
    rows = list(DealerPlacement.objects.filter(dealer=dealer).order_by("valid_from"))
    history = [Span(row.valid_from, row.valid_to, _where(row)) for row in rows]
    if not history:
        history = [Span(dealer.opened_on or UNKNOWN_SINCE, None, _where(dealer))]
    standing = spans.on(history, start) or history[0].value
    changed = spans.changed(history, start, standing._replace(**values))
    wanted = [
        DealerPlacement(dealer=dealer, **recording.period_of(span), **span.value._asdict())
        for span in changed
    ]
    recording.replace_rows(rows, wanted, _KEYS)
    repeat(dealer, spans.on(changed, recording.today_of(now)) or changed[0].value)


def repeat(dealer: Dealer, where: Where) -> None:
    """Let the dealer's own fields say where it stands today; after a move its point on the map is unknown."""
    dealer.unit_id = where.unit_id
    if (where.city_id, where.address) not in ((dealer.city_id, dealer.address), (None, "")):
        dealer.latitude = dealer.longitude = None
    if where.city_id:
        moved = where.city_id != dealer.city_id
        city = Division.objects.select_related("parent").get(pk=where.city_id)
        dealer.city, dealer.province, dealer.county_id = city, province_of(city), where.county_id
        if moved or not dealer.city_tier:
            dealer.city_tier = tier_of(city)
    if where.address:
        dealer.address = where.address


def check_place(city: Division, county: Division | None) -> None:
    """`place` when the city is a province or county, or the county lies in another city."""
    if city.level == places.PROVINCE:
        raise recording.refusal("place", "city", _("Choose a city, not a province."))
    if county is not None and county.parent_id != city.pk:
        raise recording.refusal("place", "county", _("This county does not belong to the city."))


def province_of(city: Division) -> Division | None:
    """The province of a city, or of a county that its province administers."""
    above = city.parent
    return above.parent if above is not None and above.level == places.CITY else above


def tier_of(city: Division | None) -> str:
    """The tier of a city; `other` for every city without one."""
    return city.tier or CityTier.OTHER if city is not None else ""


@transaction.atomic
def follow_calendar(*, now: datetime) -> int:
    """Let units, parents, cities and codes whose day has come take effect; answers how many."""
    day = recording.today_of(now)
    moved = queries.standing_on(day).exclude(
        Q(dealer__unit=F("unit")) & (Q(city__isnull=True) | Q(dealer__city=F("city")))
    )
    count = tree.follow_calendar(day)
    for placement in moved.select_related("dealer"):
        dealer = recording.lock_dealer(placement.dealer)
        repeat(dealer, _where(placement))
        dealer.save()
        count += 1
    renamed = DealerCode.objects.filter(valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )
    for code in renamed.exclude(code=F("dealer__code")).select_related("dealer"):
        dealer = recording.lock_dealer(code.dealer)
        dealer.code = code.code
        dealer.save()
        count += 1
    return count


def _where(row: DealerPlacement | Dealer) -> Where:
    return Where(row.unit_id, row.city_id, row.county_id, row.address)


def alive(unit: OrgUnit, day: date) -> OrgUnit:
    """The unit, when it exists on that day; else `unit_not_alive`."""
    if unit.valid_from > day or (unit.valid_to is not None and unit.valid_to <= day):
        raise DomainError(
            "unit_not_alive",
            _("%(unit)s does not exist on %(day)s."),
            fields={"unit": _("Not there on that day.")},
            unit=str(unit),
            day=day,
        )
    return unit
