"""Who may do what, and who sees which rows: the one place pages, API, exports, search and jobs ask.

An `Actor` carries, for each role it holds, the actions granted to the role, their limits and a `Scope` of
dealers and organisation units. A `Policy` stands for one model: `visible_to` narrows a QuerySet, `can`
answers with a reason, `owners` says whose an object is. A row outside the scope is treated as if it did
not exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
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


def joined(scopes: Iterable[Scope]) -> Scope:
    """Everything any of the scopes reaches."""
    parts = list(scopes)
    if any(part.everything for part in parts):
        return Scope(everything=True)
    return Scope(
        dealer_ids=frozenset().union(*(part.dealer_ids for part in parts)),
        unit_ids=frozenset().union(*(part.unit_ids for part in parts)),
    )


@dataclass(frozen=True)
class Limit:
    """How far a grant goes: an amount in yuan, a share (0..1) of a base amount, or the smaller of both."""

    amount: Decimal | None = None
    rate: Decimal | None = None

    @property
    def unlimited(self) -> bool:
        """Whether any amount is allowed."""
        return self.amount is None and self.rate is None

    def ceiling(self, base: Decimal | None = None) -> Decimal | None:
        """The highest amount allowed, in yuan; None without any limit. A share of an unknown base is 0."""
        parts = [self.amount] if self.amount is not None else []
        if self.rate is not None:
            parts.append(self.rate * (base or Decimal(0)))
        return min(parts) if parts else None


NO_LIMIT = Limit()


@dataclass(frozen=True)
class Reach:
    """What one role brings to who holds it: actions, the limits of some of them, and where."""

    role: str
    actions: frozenset[str]
    scope: Scope
    limits: Mapping[str, Limit] = field(default_factory=dict)


@dataclass(frozen=True)
class Actor:
    """The person or system on whose behalf something is read or written.

    `for_label` names who is stood in for; `viewer` names who looks through this actor's eyes and may
    change nothing.
    """

    user_id: int | None
    label: str
    roles: frozenset[str] = frozenset()
    scope: Scope = field(default_factory=Scope)
    request_id: str = ""
    for_label: str = ""
    """On whose behalf a stand-in acts; the audit trail shows it beside the actor."""
    for_id: int | None = None
    reaches: tuple[Reach, ...] = ()
    viewer: str = ""

    @cached_property
    def actions(self) -> frozenset[str]:
        """The codes of the actions granted to the actor's roles."""
        if "system" in self.roles:
            return frozenset(_actions)
        return frozenset().union(*(reach.actions for reach in self.reaches))

    @property
    def is_dealer(self) -> bool:
        """Whether the actor works for a dealer (and never sees peers by name)."""
        return not self.scope.everything and not self.scope.unit_ids and bool(self.scope.dealer_ids)

    def may(self, action: str) -> bool:
        """Whether any role of the actor is granted the action."""
        return action in self.actions

    def narrowed(self, action: str) -> Actor:
        """The same actor as far as those of its roles reach that are granted the action.

        Somebody who sells for one dealer and manages another may not manage the first.
        """
        if len({reach.scope for reach in self.reaches}) < 2:
            return self
        holding = tuple(reach for reach in self.reaches if action in reach.actions)
        return replace(self, reaches=holding, scope=joined(reach.scope for reach in holding))

    def limit_of(self, action: str, owners: Owners | None = None) -> Limit | None:
        """The widest limit among the roles that hold the action (over the owners); None when none does."""
        if "system" in self.roles:
            return NO_LIMIT
        found = [
            reach.limits.get(action, NO_LIMIT)
            for reach in self.reaches
            if action in reach.actions and (owners is None or owners.within(reach.scope))
        ]
        if not found:
            return None
        return next((limit for limit in found if limit.unlimited), None) or max(found, key=_width)


def _width(limit: Limit) -> tuple[Decimal, Decimal]:
    most = Decimal("Infinity")
    return (
        limit.rate if limit.rate is not None else most,
        limit.amount if limit.amount is not None else most,
    )


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
    """Something a role may be granted; declared in an app's policies.

    `roles` hold it as shipped, with `limits` where an amount is bounded. A `guarded` action decides about
    money or rights: its grants change by four eyes. What is `own` is handed to no stand-in and no
    looker-on.
    """

    code: str
    label: str | Promise
    roles: frozenset[str]
    limits: Mapping[str, Limit] = field(default_factory=dict)
    guarded: bool = False
    own: bool = False


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


@dataclass(frozen=True)
class Owners:
    """Whose an object is: everybody's, of dealers, units, persons; headquarters reaches all but persons'.

    With `roles` only who holds one of these reaches it through a dealer, a unit or headquarters, and never
    somebody in `without`.
    """

    everyone: bool = False
    dealers: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()
    headquarters: bool = True
    roles: frozenset[str] | None = None
    without: frozenset[int] = frozenset()

    def within(self, scope: Scope) -> bool:
        """Whether the scope reaches the object, persons aside."""
        if self.everyone or (self.headquarters and scope.everything):
            return True
        return bool(self.dealers & scope.dealer_ids or self.units & scope.unit_ids)


_actions: dict[str, Action] = {}
_policies: dict[type[Model], Policy] = {}


def declare(
    code: str,
    label: str | Promise,
    roles: Iterable[str],
    *,
    limits: Mapping[str, Limit] | None = None,
    guarded: bool = False,
    own: bool = False,
) -> str:
    """Register an action `<app>.<verb>` with the roles that hold it by default; returns the code."""
    if code in _actions:
        raise ValueError(f"action {code} is declared twice")
    _actions[code] = Action(code, label, frozenset(roles), dict(limits or {}), guarded, own)
    return code


def actions() -> dict[str, Action]:
    """All declared actions by code."""
    return dict(_actions)


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
        return self.in_scope(actor.narrowed(self.view), rows)

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

    def owners(self, obj: Any) -> Owners:
        """Whose the object is; the same answer as `in_scope`, asked from the object's side."""
        if self.ownership is Ownership.GLOBAL:
            return Owners(everyone=True)
        if self.ownership is Ownership.PERSONAL:
            return Owners(persons=_known(_follow(obj, self.person)), headquarters=False)
        if self.ownership is Ownership.DEALER:
            return Owners(dealers=_known(_follow(obj, self.dealer)))
        if self.ownership is Ownership.UNIT:
            return Owners(units=_known(_follow(obj, self.unit)))
        return Owners()

    def can(
        self,
        actor: Actor,
        action: str,
        obj: Any | None = None,
        *,
        amount: Decimal | None = None,
        base: Decimal | None = None,
    ) -> Decision:
        """Whether the actor may do the action, on this object, up to this amount (a share is of `base`)."""
        if not actor.may(action):
            return Decision(False, _("Your role does not include this action."))
        owners = None if obj is None else self.owners(obj)
        if owners is not None and not self._within(actor.narrowed(action), owners):
            return Decision(False, _("Not found."))
        limit = actor.limit_of(action, owners) or NO_LIMIT
        ceiling = limit.ceiling(base)
        if amount is not None and ceiling is not None and amount > ceiling:
            return Decision(False, _("The amount is beyond the limit of your role."))
        return Decision(True)

    def _within(self, actor: Actor, owners: Owners) -> bool:
        return actor.user_id in owners.persons or owners.within(actor.scope)


def _known(key: int | None) -> frozenset[int]:
    return frozenset() if key is None else frozenset({key})


def _follow(obj: Any, path: str) -> Any:
    for name in path.split("__"):
        obj = getattr(obj, name)
    return obj


Trust = Callable[[Actor], Iterable[str]]
_trusts: list[Trust] = []


def trust(told: Trust) -> Trust:
    """Register which private rows an actor may read, in words the walls of these rows compare."""
    _trusts.append(told)
    return told


def trusted_with(actor: Actor) -> frozenset[str]:
    """The private rows the actor may read, in the words of their walls."""
    return frozenset(word for told in _trusts for word in told(actor))


def policy_of(model: type[Model]) -> Policy:
    """The policy of a model; KeyError means the model was never classified."""
    return _policies[model]


def policies() -> dict[type[Model], Policy]:
    """All registered policies."""
    return dict(_policies)
