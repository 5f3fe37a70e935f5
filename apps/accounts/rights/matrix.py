"""What roles may do, as tables: all roles of a group by action, and one role in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts import policies
from apps.accounts.models import ChangeState, Grant, RightsChange
from apps.accounts.rights import grants
from apps.core import access, role_names
from apps.core.access import NO_LIMIT, Action, Actor, Limit
from apps.core.roles import GROUPS, Role

AREAS = {
    "alerts": _("Alerts"),
    "closing": _("Month close"),
    "core": _("Imports and files"),
    "dealers": _("Network"),
    "health": _("Health"),
    "incentives": _("Incentives"),
    "inventory": _("Inventory"),
    "metrics": _("Measures and KPIs"),
    "periods": _("Months"),
    "portal": _("Home and search"),
    "sales": _("Sales"),
    "vehicles": _("Vehicles"),
}


@dataclass(frozen=True)
class Cell:
    """One role × action: held or not, how far, whether that is as shipped, and what waits."""

    role: str
    action: Action
    allowed: bool
    limit: Limit
    shipped: bool
    changed_at: datetime | None = None
    changed_by: str = ""
    waiting: int | None = None

    @property
    def limit_text(self) -> str:
        """The limit in yuan and per mille, as pages show it."""
        parts = []
        if self.limit.rate is not None:
            parts.append(f"{_plain(self.limit.rate * 1000)}‰")
        if self.limit.amount is not None:
            parts.append(f"¥{self.limit.amount:,.0f}")
        return " · ".join(parts)

    @property
    def role_name(self) -> Any:
        """What the role is called."""
        return role_names.NAMES[Role(self.role)]

    @property
    def guarded(self) -> bool:
        """Whether a change takes a second person."""
        return grants.needs_second(self.role, self.action.code)


@dataclass(frozen=True)
class Line:
    """An action with its cells, one for each role shown."""

    action: Action
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Section:
    """The actions of one app."""

    label: Any
    lines: Sequence[Line]


@dataclass(frozen=True)
class RoleSummary:
    """A role with how much it holds and how much of that was changed."""

    role: str
    name: Any
    held: int
    of: int
    changed: int


def sections(*, actor: Actor, roles: Sequence[str]) -> list[Section]:
    """All actions by app, with a cell for each of the roles; nothing for who may not see rights."""
    if not actor.may(policies.VIEW_RIGHTS):
        return []
    cells = _cells(actor, roles)
    found: dict[str, list[Line]] = {}
    for code, action in sorted(access.actions().items()):
        line = Line(action, [cells[role, code] for role in roles])
        found.setdefault(code.partition(".")[0], []).append(line)
    return [Section(_app_name(app), lines) for app, lines in sorted(found.items(), key=_order)]


def summaries(*, actor: Actor, roles: Iterable[str]) -> list[RoleSummary]:
    """Each role with how much it holds."""
    wanted = list(roles)
    cells = _cells(actor, wanted) if actor.may(policies.VIEW_RIGHTS) else {}
    return [
        RoleSummary(
            role,
            role_names.NAMES[Role(role)],
            sum(cell.allowed for (whose, _code), cell in cells.items() if whose == role),
            len(access.actions()),
            sum(not cell.shipped for (whose, _code), cell in cells.items() if whose == role),
        )
        for role in wanted
    ]


def cell(*, actor: Actor, role: str, action: str) -> Cell | None:
    """One right of one role; None when there is no such role or action."""
    if role not in set(Role) or action not in access.actions() or not actor.may(policies.VIEW_RIGHTS):
        return None
    return _cells(actor, [role])[role, action]


def group_of(role: str) -> str:
    """The group of roles a role is shown in."""
    return next(name for name, roles in GROUPS.items() if role in roles)


def grants_of(*, actor: Actor) -> QuerySet[Grant]:
    """The rows of grants, for those who may see rights."""
    return policies.grant.visible_to(actor, Grant.objects.all())


def changes(*, actor: Actor) -> QuerySet[RightsChange]:
    """The changes of rights anybody asked for, the newest first."""
    rows = RightsChange.objects.select_related("user", "unit", "dealer", "group", "proposed_by", "decided_by")
    return policies.change.visible_to(actor, rows)


def waiting(*, actor: Actor) -> int:
    """How many changes wait for a second person."""
    return changes(actor=actor).filter(state=ChangeState.WAITING).count()


def _cells(actor: Actor, roles: Sequence[str]) -> dict[tuple[str, str], Cell]:
    rows = {(row.role, row.action): row for row in grants_of(actor=actor).filter(role__in=roles)}
    open_changes = changes(actor=actor).filter(state=ChangeState.WAITING, role__in=roles)
    pending = {(row.role, row.action): row.pk for row in open_changes if row.action}
    wanted = grants.shipped()
    found = {}
    for role in roles:
        for code, action in access.actions().items():
            row = rows.get((role, code))
            held, limit = (row.allowed, row.limit) if row else (False, NO_LIMIT)
            as_shipped = held == ((role, code) in wanted) and (not held or _same(limit, wanted[role, code]))
            found[role, code] = Cell(
                role,
                action,
                held,
                limit if held else NO_LIMIT,
                as_shipped,
                row.changed_at if row else None,
                row.changed_by if row else "",
                pending.get((role, code)),
            )
    return found


def _same(one: Limit, other: Limit) -> bool:
    return (one.amount, one.rate) == (other.amount, other.rate)


def _app_name(app: str) -> Any:
    return AREAS.get(app) or apps.get_app_config(app).verbose_name


def _order(item: tuple[str, Any]) -> tuple[bool, str]:
    return item[0] == "accounts", item[0]


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
