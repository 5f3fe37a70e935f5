from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Field
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.core.models import AuditEvent
from apps.dealers.models import CAPABILITIES, STATUSES, Dealer
from apps.dealers.rules import DealerStatus

COLOURS = {
    DealerStatus.PREPARING: "blue",
    DealerStatus.ACTIVE: "green",
    DealerStatus.SUSPENDED: "amber",
    DealerStatus.CLOSED: "grey",
    DealerStatus.MERGED: "grey",
}
ACTIONS = {
    "dealers.create_dealer": _("Dealer created"),
    "dealers.change_dealer": _("Profile changed"),
    "dealers.change_code": _("Code changed"),
    "dealers.place_dealer": _("Moved to another unit"),
    "dealers.relocate": _("Relocated"),
    "dealers.set_status": _("Status changed"),
    "dealers.close_dealer": _("Dealer closed"),
    "dealers.reopen_dealer": _("Reopened"),
    "dealers.merge_dealers": _("Merged"),
    "dealers.create_outlet": _("Outlet added"),
    "dealers.change_outlet": _("Outlet changed"),
    "dealers.close_outlet": _("Outlet closed"),
}
NOTES = {
    "valid_from": _("Valid from"),
    "place": _("Place"),
    "reason": _("Reason"),
    "new_code": _("New code"),
    "survivor": _("Merged into"),
}
HIDDEN = frozenset({"merged_into"})
ORDER = {field.name: place for place, field in enumerate(Dealer._meta.fields)}


def status_badge(dealer: Dealer) -> tuple[str, Any]:
    """The status as colour and words."""
    return COLOURS[DealerStatus(dealer.status)], dealer.get_status_display()


def place_name(dealer: Dealer) -> str:
    """City and county, without repeating the name of a municipality."""
    parts = [place.name for place in (dealer.city, dealer.county) if place is not None]
    return " ".join(parts)


class DealerTable(Table):
    """The dealers of a list page."""

    columns = (
        Column(
            "code",
            _("Dealer code"),
            "code",
            link=lambda dealer: reverse("dealers:dealer-detail", args=[dealer.pk]),
            sort="code",
        ),
        Column(
            "name",
            _("Dealer name"),
            link=lambda dealer: reverse("dealers:dealer-detail", args=[dealer.pk]),
            sort="name_key",
        ),
        Column("province", _("Province"), "code", sort="province"),
        Column("city", _("City"), "code", value=place_name, sort="city"),
        Column("unit", _("Organisation unit"), "code", sort="unit__path", phone=False),
        Column("store_type", _("Store type"), "code", value=lambda dealer: dealer.get_store_type_display()),
        Column(
            "city_tier",
            _("City tier"),
            "code",
            value=lambda dealer: dealer.get_city_tier_display(),
            export_only=True,
        ),
        Column("status", _("Status"), "badge", value=status_badge, sort="status"),
        Column("group", _("Dealer group"), phone=False, export_only=True),
        Column("short_name", _("Short name"), export_only=True),
        Column("address", _("Address"), export_only=True),
        Column("opened_on", _("Opened on"), "date", export_only=True),
        Column("contract_from", _("Contract from"), "date", export_only=True),
        Column("contract_to", _("Contract to"), "date", sort="contract_to", phone=False),
    )
    order_by = ("code", "pk")


@dataclass(frozen=True)
class Difference:
    """A field of an event: what it was and what it became."""

    label: Any
    before: Any
    after: Any


@dataclass(frozen=True)
class HistoryLine:
    """One change as a person reads it."""

    event: AuditEvent
    action: Any
    differences: list[Difference]


def history_lines(events: list[AuditEvent], *, peers: bool) -> Iterator[HistoryLine]:
    """Events with names of fields and values instead of codes; without `peers` no other dealer is named."""
    hidden = HIDDEN if peers else HIDDEN | {"survivor"}
    for event in events:
        before, after = event.before or {}, event.after or {}
        names = sorted(after, key=lambda name: (name in NOTES, ORDER.get(name, 0)))
        differences = [
            Difference(_label(name), _words(name, before.get(name)), _words(name, after[name]))
            for name in names
            if name not in hidden and (after[name] not in (None, "", []) or before.get(name))
        ]
        yield HistoryLine(event, ACTIONS.get(event.action, event.action), differences)


def _label(name: str) -> Any:
    return NOTES.get(name) or _field(name).verbose_name


def _field(name: str) -> Field[Any, Any]:
    return next(field for field in Dealer._meta.fields if field.name == name)


def _words(name: str, value: Any) -> Any:
    if name == "capabilities":
        labels = dict(CAPABILITIES)
        return " · ".join(str(labels.get(code, code)) for code in value or [])
    if name == "status":
        return dict(STATUSES).get(value, value)
    if name in NOTES:
        return value
    return dict(_field(name).flatchoices).get(value, value)
