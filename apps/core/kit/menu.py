"""The left menu: one list for everybody, shown as far as the actor may open it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.access import Actor

SECTIONS: dict[str, tuple[Any, str]] = {
    "home": (_("Home"), "layout-dashboard"),
    "duties": (_("Duties and reports"), "calendar-check"),
    "network": (_("Network"), "building-store"),
    "inventory": (_("Inventory"), "packages"),
    "sales": (_("Sales"), "car"),
    "finance": (_("Finance"), "report-money"),
    "health": (_("Health"), "heartbeat"),
    "incentives": (_("Incentives"), "coin-yuan"),
    "analysis": (_("Analysis"), "chart-histogram"),
    "data": (_("Data"), "database-import"),
    "settings": (_("Settings"), "settings"),
}


@dataclass(frozen=True)
class Item:
    """One entry: the page it opens and the action that page asks for."""

    section: str
    label: Any
    url_name: str
    action: str
    order: int = 100

    @cached_property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.url_name)


_items: list[Item] = []
_own: list[Item] = []


def add(section: str, label: Any, url_name: str, action: str, *, order: int = 100) -> None:
    """Register an entry; called while an app's urls load."""
    if section not in SECTIONS:
        raise ValueError(f"unknown menu section {section}")
    if all(item.url_name != url_name for item in _items):
        _items.append(Item(section, label, url_name, action, order))


def add_own(label: Any, url_name: str, action: str) -> None:
    """Register a page of the user's own menu: no entry of the left menu, but a step of the breadcrumbs."""
    if all(item.url_name != url_name for item in _own):
        _own.append(Item("", label, url_name, action))


def for_actor(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The sections and entries this actor may open, with the entry of the current path marked."""
    sections = []
    for code, (label, icon) in SECTIONS.items():
        entries = [
            {"label": item.label, "url": item.url, "order": item.order}
            for item in _items
            if item.section == code and actor.may(item.action)
        ]
        if entries:
            entries.sort(key=lambda entry: entry["order"])
            sections.append({"code": code, "label": label, "icon": icon, "entries": entries})
    _mark_current(sections, path)
    return sections


def address(actor: Actor, url_name: str) -> str:
    """Where an entry of the menu leads, for pages of apps below it; empty when the actor may not open it."""
    return next((item.url for item in _items if item.url_name == url_name and actor.may(item.action)), "")


def key(sections: list[dict[str, Any]]) -> tuple[Any, ...]:
    """What tells a drawn menu from others."""
    return tuple((entry["url"], "current" in entry) for section in sections for entry in section["entries"])


def trail(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The breadcrumbs to the current entry: its section, then the entry with its address."""
    for section in sections:
        for entry in section["entries"]:
            if entry.get("current"):
                steps = [{"label": section["label"], "url": ""}] if len(section["entries"]) > 1 else []
                return [*steps, {"label": entry["label"], "url": entry["url"]}]
    return []


def own_trail(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The breadcrumb of a page beneath the user's own menu."""
    above = (item for item in _own if path.startswith(item.url) and actor.may(item.action))
    return [{"label": item.label, "url": item.url} for item in above][:1]


def _mark_current(sections: list[dict[str, Any]], path: str) -> None:
    matching = [
        (len(entry["url"]), section, entry)
        for section in sections
        for entry in section["entries"]
        if path == entry["url"] or (entry["url"] != "/" and path.startswith(entry["url"]))
    ]
    if matching:
        _, section, entry = max(matching, key=lambda match: match[0])
        section["current"] = entry["current"] = True
