"""Dealers come, change and change their status."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer, DealerCode, DealerGroup, DealerPlacement, Division, OrgUnit
from apps.dealers.rules import DealerStatus, may_become, names
from apps.dealers.services import places, recording

STARTING = frozenset({DealerStatus.PREPARING, DealerStatus.ACTIVE})


class Details(TypedDict, total=False):
    """What may be said and changed about a dealer without moving, renumbering or ending it."""

    name: str
    short_name: str
    group: DealerGroup | None
    city_tier: str
    address: str
    store_type: str
    channel_pattern: str
    partner_type: str
    capabilities: list[str]
    opened_on: date | None
    contract_from: date | None
    contract_to: date | None


class Start(Details, total=False):
    """What may be said about a new dealer."""

    city: Division | None
    county: Division | None
    status: str


@transaction.atomic
def create_dealer(
    *, code: str, unit: OrgUnit, valid_from: date, actor: Actor, now: datetime, **details: Unpack[Start]
) -> Dealer:
    """Create a dealer that stands in a unit from a day on; `code_taken` when the code is or was another's."""
    code = recording.require_free_code(code)
    if not may_start(details.get("status", DealerStatus.ACTIVE)):
        raise recording.refusal("status", "status", _("A new dealer is in preparation or active."))
    dealer = Dealer(code=code, unit=places.alive(unit, valid_from), **details)
    dealer.name = names.clean(dealer.name)
    if dealer.city is not None:
        places.check_place(dealer.city, dealer.county)
        dealer.province = places.province_of(dealer.city)
        dealer.city_tier = dealer.city_tier or places.tier_of(dealer.city)
    _check_contract(dealer)
    recording.save_dealer(dealer, action="dealers.create_dealer", before=None, actor=actor, now=now)
    DealerCode.objects.create(dealer=dealer, code=code, valid_from=valid_from)
    DealerPlacement.objects.create(
        dealer=dealer,
        unit=unit,
        city=dealer.city,
        county=dealer.county,
        address=dealer.address,
        valid_from=valid_from,
    )
    return dealer


@transaction.atomic
def change_dealer(
    *, dealer: Dealer, actor: Actor, now: datetime, seen: int | None = None, **changes: Unpack[Details]
) -> Dealer:
    """Change what is said about a dealer; `stale` when `seen` is an older version."""
    row = recording.lock_dealer(dealer, seen)
    before = recording.facts(row)
    for name, value in changes.items():
        setattr(row, name, names.clean(value) if name == "name" and isinstance(value, str) else value)
    _check_contract(row)
    if recording.facts(row) == before:
        return row
    return recording.save_dealer(row, action="dealers.change_dealer", before=before, actor=actor, now=now)


@transaction.atomic
def set_status(
    *, dealer: Dealer, status: str, actor: Actor, now: datetime, reason: str = "", seen: int | None = None
) -> Dealer:
    """Open, suspend or resume a dealer; closing and merging are verbs of their own."""
    row = recording.lock_dealer(dealer, seen)
    if status not in (DealerStatus.ACTIVE, DealerStatus.SUSPENDED) or row.status == DealerStatus.CLOSED:
        raise DomainError("status", _("Close, reopen or merge a dealer on the pages made for it."))
    require_step(row, status)
    before = recording.facts(row)
    row.status = status
    return recording.save_dealer(
        row, action="dealers.set_status", before=before, actor=actor, now=now, note={"reason": reason}
    )


def may_start(status: str) -> bool:
    """Whether a new dealer may have this status."""
    return status in STARTING


def require_step(dealer: Dealer, status: str) -> None:
    """`status` when the dealer cannot go from where it stands to this status."""
    if not may_become(dealer.status, status):
        message = _("A dealer that is “%(from)s” cannot become “%(to)s”.")
        labels = dict(Dealer._meta.get_field("status").flatchoices)
        raise DomainError("status", message, **{"from": labels[dealer.status], "to": labels[status]})


def _check_contract(dealer: Dealer) -> None:
    if dealer.contract_from and dealer.contract_to and dealer.contract_to < dealer.contract_from:
        raise recording.refusal("contract", "contract_to", _("The contract ends before it begins."))
