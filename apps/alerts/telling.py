"""One message for each person about the alerts of a month, however many there are."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.alerts.models import AlertReading
from apps.alerts.rules import Event
from apps.core.roles import FIELD, Role
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.work import queries, registry
from apps.work import services as work

TOLD = FIELD | {Role.HQ_OPERATIONS, Role.DEALER_GENERAL, Role.DEALER_SALES}
OPENED = (Event.OPENED, Event.REOPENED)
CLOSED = (Event.CLOSED, Event.ENDED)
NAMED = 3
NEWS = 2
"""Months; alerts of an older month were read while a past is filled in, and surprise nobody."""
CHANGED = registry.notice(
    "alerts.changed",
    _("Alerts opened or resolved"),
    _("%(month)s: %(opened)s alerts opened, %(closed)s resolved (%(dealers)s)."),
    icon="alert-triangle",
)


def tell(*, month: Month, revision: int, now: datetime) -> int:
    """Tell everybody who answers for a dealer what a reading of the month opened and closed there.

    A reading that is repeated with the same alerts tells nobody twice, and what was long ago is no news;
    returns how many were told.
    """
    on = timezone.localdate(now)
    if month.shift(NEWS) < Month.of(on):
        return 0
    rows = AlertReading.objects.filter(
        period=month.first, revision=revision, event__in=[*OPENED, *CLOSED]
    ).order_by("dealer_id", "code")
    at: dict[int, list[AlertReading]] = defaultdict(list)
    for row in rows:
        at[row.dealer_id].append(row)
    held: dict[int, set[int]] = defaultdict(set)
    for each in queries.holders_at_dealers(dealer_ids=at, roles=TOLD, on=on):
        held[each.user_id].add(each.dealer_id)
    codes = dict(Dealer.objects.filter(pk__in=at).values_list("pk", "code"))
    told = [
        _told(user, [row for dealer in sorted(dealers) for row in at[dealer]], codes, month)
        for user, dealers in sorted(held.items())
    ]
    return work.notify_each(notice=CHANGED, told=told, now=now)


def _told(user: int, rows: Sequence[AlertReading], codes: dict[int, str], month: Month) -> work.Told:
    named = sorted({codes[row.dealer_id] for row in rows})
    listed = "、".join(named[:NAMED]) + (" …" if len(named) > NAMED else "")
    facts = [(row.code, row.dealer_id, row.episode, row.event) for row in rows]
    mark = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    params = {
        "month": str(month),
        "opened": sum(row.event in OPENED for row in rows),
        "closed": sum(row.event in CLOSED for row in rows),
        "dealers": listed,
    }
    return work.Told(user, f"alerts:{month}:{mark}", params, reverse("alerts:episode-list"))
