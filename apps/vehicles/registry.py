"""What other apps know about a VIN: each registers a panel of the VIN page, narrowed to the actor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.access import Actor
from apps.core.kit.tables import Column

Rows = Callable[[Actor, str], Sequence[Any]]


@dataclass(frozen=True)
class Panel:
    """A list of facts of one VIN: `rows(actor, vin)` answers those in the actor's scope, oldest first."""

    code: str
    label: Any
    columns: Sequence[Column]
    rows: Rows
    action: str


_panels: dict[str, Panel] = {}


def panel(declared: Panel) -> Panel:
    """Register a panel; ValueError when its code is taken."""
    if declared.code in _panels:
        raise ValueError(f"VIN panel {declared.code} is registered twice")
    _panels[declared.code] = declared
    return declared


def panels(actor: Actor) -> list[Panel]:
    """The panels this actor may open."""
    return [each for each in _panels.values() if actor.may(each.action)]
