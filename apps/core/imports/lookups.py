"""Spellings become keys: each app registers how its dealers or models are found by what people write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from apps.core.access import Actor


class Choice(NamedTuple):
    """What a spelling may stand for: the value a profile stores (a spelling that resolves) and its label."""

    value: str
    label: str


Resolve = Callable[[Collection[str], Actor], Mapping[str, int]]
Choices = Callable[[Actor], Sequence[Choice]]
Create = Callable[[Collection[str], Actor, datetime], Mapping[str, int]]


@dataclass(frozen=True)
class Lookup:
    """How one kind of thing is found.

    `resolve(spellings, actor)` gives the keys of the spellings it knows inside the actor's scope, in one
    query; a foreign object is left out like one that does not exist. `choices(actor)` lists targets for the
    value mapping. `create(spellings, actor, now)` makes what is missing, for holders of `create_action`.
    """

    name: str
    label: Any
    resolve: Resolve
    choices: Choices | None = None
    create: Create | None = None
    create_action: str = ""
    create_label: Any = ""

    def may_create(self, actor: Actor) -> bool:
        """Whether this actor may have missing objects created from their spellings."""
        return self.create is not None and actor.may(self.create_action)


_lookups: dict[str, Lookup] = {}


def register(
    name: str,
    resolve: Resolve,
    *,
    label: Any = "",
    choices: Choices | None = None,
    create: Create | None = None,
    create_action: str = "",
    create_label: Any = "",
) -> Lookup:
    """Register the lookup a column names."""
    if name in _lookups:
        raise ValueError(f"lookup {name} is registered twice")
    if create is not None and not create_action:
        raise ValueError(f"lookup {name} creates without naming an action")
    lookup = Lookup(name, label or name, resolve, choices, create, create_action, create_label)
    _lookups[name] = lookup
    return lookup


def get(name: str) -> Lookup:
    """The registered lookup; KeyError names one that no app registers."""
    return _lookups[name]


def registered() -> frozenset[str]:
    """The names of all lookups."""
    return frozenset(_lookups)
