"""Links that every page of a record offers to those who may follow them; apps add theirs."""

from __future__ import annotations

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


_links: list[RecordLink] = []


def add(label: Any, url_name: str, action: str, icon: str) -> None:
    """Register a link; called while an app's urls load."""
    if all(link.url_name != url_name for link in _links):
        _links.append(RecordLink(label, url_name, action, icon))


def buttons(actor: Actor, record: Any) -> list[dict[str, Any]]:
    """The links of a record this actor may follow; none for what has no policy or no number."""
    if not isinstance(record, Model) or type(record) not in access.policies() or type(record.pk) is not int:
        return []
    return [
        {
            "label": link.label,
            "url": reverse(link.url_name, args=[record._meta.label_lower, record.pk]),
            "icon": link.icon,
            "primary": False,
        }
        for link in _links
        if actor.may(link.action)
    ]
