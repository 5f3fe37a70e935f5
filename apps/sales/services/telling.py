"""Stores are told when the share changes that they count of cars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import reach
from apps.core.roles import Role
from apps.sales.models import RetailDelivery
from apps.work import queries as people
from apps.work import registry
from apps.work import services as work

STORE = (Role.DEALER_GENERAL, Role.DEALER_SALES)
SHARED = registry.notice(
    "sales.shared",
    _("The share of a car changed"),
    _("%(vin)s now counts %(share)s for your store, because several stores sold it together."),
    icon="users",
)
SHARED_MANY = registry.notice(
    "sales.shared_many",
    _("The shares of cars changed"),
    _("%(cars)s cars now count otherwise for your store, because several stores sold them together."),
    icon="users",
)


def tell_stores(rows: Sequence[RetailDelivery], *, now: datetime) -> None:
    """Tell who leads each store or its sales, once for all cars that were split at a time."""
    by_store: dict[int, list[RetailDelivery]] = defaultdict(list)
    for row in rows:
        by_store[row.dealer_id].append(row)
    with reach.beyond("who leads a store is read to tell it, and shown to nobody"):
        held = people.holders_at_dealers(dealer_ids=list(by_store), roles=STORE, on=timezone.localdate(now))
    for code, several in ((SHARED, False), (SHARED_MANY, True)):
        told = {
            (each.user_id, each.dealer_id): _told(each.user_id, by_store[each.dealer_id])
            for each in held
            if (len(by_store[each.dealer_id]) > 1) is several
        }
        work.notify_each(notice=code, told=list(told.values()), now=now)


def _told(user: int, rows: Sequence[RetailDelivery]) -> work.Told:
    last = rows[-1]
    one = reverse("sales:delivery-detail", kwargs={"pk": last.pk})
    share = f"{(last.credit * 100).normalize():f}%"
    return work.Told(
        user_id=user,
        key=f"sales.shared:{last.pk}",
        params={"vin": last.vin, "share": share, "cars": str(len(rows))},
        url=one if len(rows) == 1 else reverse("sales:delivery-list"),
        dealer_id=last.dealer_id,
    )
