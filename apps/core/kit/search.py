"""The command-style search: apps register providers, each narrows to what the actor may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.access import Actor

SHORTEST = 1
LIMIT = 6


@dataclass(frozen=True)
class Hit:
    """Something found: what it is called, where it leads, what tells it from others."""

    title: str
    url: str
    note: str = ""
    icon: str = "arrow-right"


Find = Callable[[Actor, str, int], Sequence[Hit]]


@dataclass(frozen=True)
class Provider:
    """A kind of thing that can be found; `find(actor, text, limit)` answers inside the actor's scope."""

    code: str
    label: Any
    find: Find
    order: int


@dataclass(frozen=True)
class Group:
    """The hits of one provider."""

    label: Any
    hits: Sequence[Hit]


_providers: dict[str, Provider] = {}


def provider(code: str, label: Any, find: Find, *, order: int = 100) -> None:
    """Register a provider; ValueError when the code is taken."""
    if code in _providers:
        raise ValueError(f"search provider {code} is registered twice")
    _providers[code] = Provider(code, label, find, order)


def search(actor: Actor, text: str, limit: int = LIMIT) -> list[Group]:
    """What matches the text, in groups; nothing for an empty text."""
    wanted = text.strip()[:80]
    if len(wanted) < SHORTEST or actor.user_id is None:
        return []
    asked = sorted(_providers.values(), key=lambda each: each.order)
    found = (Group(each.label, each.find(actor, wanted, limit)) for each in asked)
    return [group for group in found if group.hits]
