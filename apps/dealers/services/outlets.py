"""Places of business of a dealer."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer, Division, Outlet
from apps.dealers.rules import names
from apps.dealers.services import recording


class OutletDetails(TypedDict, total=False):
    """What may be said about an outlet."""

    name: str
    store_type: str
    city: Division | None
    address: str
    opened_on: date | None


@transaction.atomic
def create_outlet(
    *, dealer: Dealer, code: str, actor: Actor, now: datetime, **details: Unpack[OutletDetails]
) -> Outlet:
    """Add a place of business to a dealer; its code is unique within the dealer."""
    row = recording.lock_dealer(dealer)
    code = names.clean_code(code)
    if Outlet.objects.filter(dealer=row, code=code).exists():
        raise recording.refusal("code_taken", "code", _("Another outlet of this dealer has this code."))
    outlet = Outlet(dealer=row, code=code, **details)
    recording.checked(outlet).save()
    audit.record(
        actor=actor,
        action="dealers.create_outlet",
        obj=outlet,
        now=now,
        after={"code": code, **_plain(outlet)},
        dealer_id=row.pk,
    )
    return outlet


@transaction.atomic
def change_outlet(*, outlet: Outlet, actor: Actor, now: datetime, **changes: Unpack[OutletDetails]) -> Outlet:
    """Change what is said about an outlet."""
    row = Outlet.objects.select_for_update(of=("self",)).get(pk=outlet.pk)
    before = _plain(row)
    for name, value in changes.items():
        setattr(row, name, value)
    recording.checked(row).save()
    was, became = audit.difference(before, _plain(row))
    if became:
        audit.record(actor=actor, action="dealers.change_outlet", obj=row, now=now, before=was, after=became)
    return row


@transaction.atomic
def close_outlet(*, outlet: Outlet, on: date, actor: Actor, now: datetime) -> Outlet:
    """End an outlet; `on` is the first day without it."""
    row = Outlet.objects.select_for_update(of=("self",)).get(pk=outlet.pk)
    recording.require_past(on, now)
    if row.closed_on is not None:
        raise DomainError("closed", _("This outlet is closed already."))
    row.closed_on = on
    row.save(update_fields=["closed_on"])
    audit.record(actor=actor, action="dealers.close_outlet", obj=row, now=now, after={"closed_on": on})
    return row


def _plain(outlet: Outlet) -> dict[str, str]:
    values = {name: getattr(outlet, name) for name in ("name", "store_type", "city", "address", "opened_on")}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}
