"""Links that every page of a record offers to those who may follow them; apps add theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse

from apps.core import access
from apps.core.access import Actor


@dataclass(frozen=True)
class RecordLink:
    """A link of any record, at an address made of the model and the number of the record."""

    label: Any
    url_name: str
    action: str
    icon: str
    fits: Callable[[str], bool] | None = None

    def leads_from(self, actor: Actor, record: Model) -> bool:
        """Whether this record of this actor's has the link."""
        return actor.may(self.action) and (self.fits is None or self.fits(record._meta.label_lower))

    def url(self, record: Model) -> str:
        """Where it leads."""
        return reverse(self.url_name, args=[record._meta.label_lower, record.pk])


_links: list[RecordLink] = []
_panels: list[RecordLink] = []


def add(
    label: Any, url_name: str, action: str, icon: str, *, fits: Callable[[str], bool] | None = None
) -> None:
    """Register a link, of the models it fits; called while an app's urls load."""
    if all(link.url_name != url_name for link in _links):
        _links.append(RecordLink(label, url_name, action, icon, fits))


def add_panel(label: Any, url_name: str, action: str, icon: str, *, fits: Callable[[str], bool]) -> None:
    """Register a part of the page of every record, fetched by the page from this address once it is seen."""
    if all(panel.url_name != url_name for panel in _panels):
        _panels.append(RecordLink(label, url_name, action, icon, fits))


def panels(actor: Actor, record: Any) -> list[dict[str, Any]]:
    """The parts of the page of a record this actor may see; none for what has no policy or no number."""
    if not _is_record(record):
        return []
    return [
        {"label": panel.label, "url": panel.url(record), "icon": panel.icon}
        for panel in _panels
        if panel.leads_from(actor, record)
    ]


def buttons(actor: Actor, record: Any) -> list[dict[str, Any]]:
    """The links of a record this actor may follow; none for what has no policy or no number."""
    if not _is_record(record):
        return []
    return [
        {"label": link.label, "url": link.url(record), "icon": link.icon, "primary": False}
        for link in _links
        if link.leads_from(actor, record)
    ]


def _is_record(record: Any) -> bool:
    return isinstance(record, Model) and type(record) in access.policies() and type(record.pk) is int
