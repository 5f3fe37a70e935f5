"""What is done about vehicles that stand too long; it is done when they are gone, however they went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.inventory import notices, policies
from apps.inventory.models import AgedAction, AgedActionUnit, StockUnit


@transaction.atomic
def plan_aged_action(
    *,
    dealer: Dealer,
    units: Sequence[StockUnit],
    kind: str,
    plan: str,
    due_on: date,
    actor: Actor,
    now: datetime,
) -> AgedAction:
    """Plan what is done about vehicles that stand too long; it is done by itself when they are gone.

    Errors: `not_found`, `nothing_chosen`, `date_range`.
    """
    if not policies.aged_action.can(actor, policies.PLAN, AgedAction(dealer_id=dealer.pk)):
        raise DomainError("not_found", _("This dealer does not exist."))
    here = [unit for unit in units if unit.dealer_id == dealer.pk and unit.gone_on is None]
    if not here:
        raise DomainError("nothing_chosen", _("Choose at least one vehicle in stock."))
    if due_on < timezone.localdate(now):
        message = _("The day lies in the past.")
        raise DomainError("date_range", message, fields={"due_on": message})
    row = AgedAction.objects.create(
        dealer=dealer, kind=kind, plan=plan, due_on=due_on, created_at=now, created_by=actor.label
    )
    AgedActionUnit.objects.bulk_create(AgedActionUnit(dealer=dealer, action=row, unit=unit) for unit in here)
    after = {"plan": plan, "due_on": due_on, "units": len(here)}
    audit.record(actor=actor, action=policies.PLAN, obj=row, now=now, after=after)
    notices.aged_action(row, len(here), now)
    return row


def end_done_actions(*, now: datetime) -> int:
    """End the actions all of whose vehicles are gone; answers how many."""
    open_ones = AgedAction.objects.filter(done_on=None).exclude(units__gone_on=None)
    rows = list(open_ones.select_for_update())
    for row in rows:
        row.done_on = timezone.localdate(now)
        row.save(update_fields=["done_on"])
        notices.aged_action_done(row, now)
    return len(rows)
