"""Who may do what, and who sees which rows: the one place pages, API, exports, search and jobs ask.

An `Actor` carries the actions granted to its roles and a `Scope` of dealers and organisation units. A
`Policy` stands for one model: `visible_to` narrows a QuerySet, `can` answers with a reason. A row outside the
scope is treated as if it did not exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core import correlation
from apps.core.wall import STANDARD, Wall

Rows = TypeVar("Rows", bound=Model)


@dataclass(frozen=True)
class Scope:
    """The dealers and organisation units an actor reaches; `everything` is the whole network."""

    everything: bool = False
    dealer_ids: frozenset[int] = frozenset()
    unit_ids: frozenset[int] = frozenset()

    def holds_dealer(self, dealer_id: int | None) -> bool:
        """Whether rows of this dealer are inside the scope."""
        return self.everything or dealer_id in self.dealer_ids

    def cache_key(self) -> str:
        """A key part of cached answers: another one for another scope, the same in every process."""
        if self.everything:
            return "all"
        reached = f"{sorted(self.dealer_ids)}{sorted(self.unit_ids)}"
        return hashlib.sha256(reached.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Actor:
    """The person or system on whose behalf something is read or written."""

    user_id: int | None
    label: str
    roles: frozenset[str] = frozenset()
    scope: Scope = field(default_factory=Scope)
    request_id: str = ""
    for_label: str = ""
    """On whose behalf a delegate acts; the audit trail shows it beside the actor."""

    @property
    def actions(self) -> frozenset[str]:
        """The codes of the actions granted to the actor's roles."""
        return _granted(self.roles)

    @property
    def is_dealer(self) -> bool:
        """Whether the actor works for a dealer (and never sees peers by name)."""
        return not self.scope.everything and not self.scope.unit_ids and bool(self.scope.dealer_ids)

    def may(self, action: str) -> bool:
        """Whether any role of the actor is granted the action."""
        return action in self.actions


ANONYMOUS = Actor(user_id=None, label="")


def system(label: str) -> Actor:
    """The actor of jobs and commands: sees everything, is named in the audit trail, with the id at hand."""
    return Actor(
        user_id=None,
        label=label,
        roles=frozenset({"system"}),
        scope=Scope(everything=True),
        request_id=correlation.current.get(),
    )


@dataclass(frozen=True)
class Action:
    """Something a role may be granted; declared in an app's policies."""

    code: str
    label: str | Promise
    roles: frozenset[str]


@dataclass(frozen=True)
class Decision:
    """The answer of a policy with the reason a user can read."""

    ok: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.ok


class Ownership(StrEnum):
    """Whose rows a model holds; every model must say so."""

    GLOBAL = "global"
    DEALER = "dealer"
    UNIT = "unit"
    PERSONAL = "personal"
    STAFF = "staff"


_actions: dict[str, Action] = {}
_policies: dict[type[Model], Policy] = {}


def declare(code: str, label: str | Promise, roles: Iterable[str]) -> str:
    """Register an action `<app>.<verb>` with the roles that hold it by default; returns the code."""
    if code in _actions:
        raise ValueError(f"action {code} is declared twice")
    _actions[code] = Action(code, label, frozenset(roles))
    _granted.cache_clear()
    return code


def actions() -> dict[str, Action]:
    """All declared actions by code."""
    return dict(_actions)


@cache
def _granted(roles: frozenset[str]) -> frozenset[str]:
    if "system" in roles:
        return frozenset(_actions)
    return frozenset(code for code, action in _actions.items() if action.roles & roles)


class Policy:
    """What an actor sees and may do with the rows of one model."""

    def __init__(
        self,
        model: type[Model],
        *,
        view: str,
        ownership: Ownership = Ownership.GLOBAL,
        dealer: str = "dealer_id",
        unit: str = "unit_id",
        person: str = "user_id",
        wall: Wall = STANDARD,
    ) -> None:
        if model in _policies:
            raise ValueError(f"{model.__name__} has two policies")
        self.model, self.view, self.ownership = model, view, ownership
        self.dealer, self.unit, self.person, self.wall = dealer, unit, person, wall
        _policies[model] = self

    def visible_to(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        """The rows this actor may see; none when the view action is not granted."""
        if not actor.may(self.view):
            return rows.none()
        return self.in_scope(actor, rows)

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        """The rows of the actor's dealers, units or person, whatever the action."""
        if self.ownership is Ownership.GLOBAL:
            return rows
        if self.ownership is Ownership.PERSONAL:
            return rows.filter(**{self.person: actor.user_id})
        if actor.scope.everything:
            return rows
        if self.ownership is Ownership.DEALER:
            return rows.filter(**{f"{self.dealer}__in": actor.scope.dealer_ids})
        if self.ownership is Ownership.UNIT:
            return rows.filter(**{f"{self.unit}__in": actor.scope.unit_ids})
        return rows.none()

    def can(self, actor: Actor, action: str, obj: Any | None = None) -> Decision:
        """Whether the actor may do the action, on this object if one is given."""
        if not actor.may(action):
            return Decision(False, _("Your role does not include this action."))
        if obj is not None and self.ownership is Ownership.DEALER:
            owner = _follow(obj, self.dealer)
            if not actor.scope.holds_dealer(owner):
                return Decision(False, _("Not found."))
        return Decision(True)


def _follow(obj: Any, path: str) -> Any:
    for name in path.split("__"):
        obj = getattr(obj, name)
    return obj


def policy_of(model: type[Model]) -> Policy:
    """The policy of a model; KeyError means the model was never classified."""
    return _policies[model]


def policies() -> dict[type[Model], Policy]:
    """All registered policies."""
    return dict(_policies)
