"""The catalogue of gifts and their stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.engagement import policies
from apps.engagement.models import Gift, GiftMovement, Redemption
from apps.engagement.rules import StockMove


@dataclass(frozen=True)
class Offer:
    """A gift as the catalogue shows it; worth in yuan."""

    code: str
    label_zh: str
    label_en: str
    points: int
    worth_amount: Decimal
    active: bool = True


@transaction.atomic
def save_gift(*, offer: Offer, actor: Actor, now: datetime) -> Gift:
    """Put a gift into the catalogue, or change how it is offered. What was redeemed keeps its points."""
    if not actor.may(policies.MANAGE):
        raise DomainError("forbidden", _("Your role does not include this action."))
    jobs.lock(f"engagement.gift:{offer.code}")
    row = Gift.objects.filter(code=offer.code).first() or Gift(code=offer.code)
    before = audit.stored(row)
    for name, value in vars(offer).items():
        setattr(row, name, value)
    row.save()
    old, new = audit.difference(before, audit.snapshot(row))
    audit.record(actor=actor, action=policies.MANAGE, obj=row, now=now, before=old, after=new)
    return row


@transaction.atomic
def stock_gift(*, gift: Gift, units: int, note: str, actor: Actor, now: datetime) -> GiftMovement:
    """Gifts came in (above 0), or a count found fewer. Errors: `out_of_stock` when fewer are there."""
    if not actor.may(policies.MANAGE):
        raise DomainError("forbidden", _("Your role does not include this action."))
    kind = StockMove.RECEIVED if units > 0 else StockMove.CORRECTED
    return move(gift=gift, kind=kind, units=units, note=note, actor=actor, now=now)


def move(
    *,
    gift: Gift,
    kind: StockMove,
    units: int,
    actor: Actor,
    now: datetime,
    note: str = "",
    redemption: Redemption | None = None,
) -> GiftMovement:
    """Change the stock of a gift; of several who want the last piece, one gets it."""
    if units == 0:
        text = _("Say how many.")
        raise DomainError("no_units", text, fields={"units": text})
    enough = Gift.objects.filter(pk=gift.pk, stock__gte=max(-units, 0))
    if not enough.update(stock=F("stock") + units):
        raise DomainError("out_of_stock", _("There are not so many in stock."))
    made = GiftMovement.objects.create(
        gift=gift,
        kind=kind,
        units=units,
        redemption=redemption,
        note=note[:300],
        recorded_at=now,
        recorded_by=actor.label[:150],
    )
    if redemption is None:
        audit.record(actor=actor, action="engagement.stock", obj=gift, now=now, after={"units": units})
    return made
