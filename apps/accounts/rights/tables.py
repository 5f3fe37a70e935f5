from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import ChangeKind, ChangeState, Delegation, RightsChange, User
from apps.accounts.rights.matrix import Cell
from apps.core import access, role_names
from apps.core.kit.tables import Column, Table

STATES = {
    ChangeState.WAITING: "amber",
    ChangeState.APPLIED: "green",
    ChangeState.REFUSED: "red",
    ChangeState.WITHDRAWN: "grey",
}


def what(change: RightsChange) -> str:
    """What a change is about, in one line."""
    if change.kind == ChangeKind.ASSIGNMENT:
        return f"{change.user} → {change.get_role_display()} · {change.place}"
    action = access.actions().get(change.action)
    return f"{change.get_role_display()} · {action.label if action else change.action}"


def becomes(change: RightsChange) -> str:
    """What shall be, in one line."""
    if change.kind == ChangeKind.ASSIGNMENT:
        last = change.valid_to.isoformat() if change.valid_to else "…"
        return f"{change.valid_from} – {last}"
    if not change.allowed:
        return str(_("No"))
    action = access.actions().get(change.action)
    if action is None:
        return str(_("Yes"))
    limit = Cell(change.role, action, True, change.limit, True).limit_text
    return f"{_('Yes')} ≤ {limit}" if limit else str(_("Yes"))


def state_of(change: RightsChange) -> tuple[str, Any]:
    """The state as a badge."""
    return STATES[ChangeState(change.state)], change.get_state_display()


class ChangeTable(Table):
    """The changes of rights, those that wait first."""

    columns = (
        Column(
            "what", _("Right"), value=what, link=lambda row: reverse("accounts:change-detail", args=[row.pk])
        ),
        Column("becomes", _("Becomes"), value=becomes),
        Column("state", _("State"), "badge", value=state_of, sort="state"),
        Column("proposed_by", _("Asked by"), value=lambda row: row.proposed_by),
        Column("proposed_at", _("Asked at"), "datetime", sort="proposed_at"),
        Column("decided_by", _("Decided by"), value=lambda row: row.decided_by, phone=False),
        Column("reason", _("Reason"), phone=False),
    )
    order_by = ("-pk",)


class ChangeFilter(django_filters.FilterSet):
    """By state, kind and role."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=ChangeState.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=ChangeKind.choices)
    role = django_filters.ChoiceFilter(label=_("Role"), choices=role_names.CHOICES)

    class Meta:
        model = RightsChange
        fields: list[str] = []


def delegation_state(row: Delegation) -> tuple[str, Any]:
    """Whether a delegation is in force today."""
    today = timezone.localdate()
    if row.revoked_at is not None:
        return "grey", _("Revoked")
    if today < row.valid_from:
        return "blue", _("Not yet begun")
    return ("green", _("In force")) if today <= row.valid_to else ("grey", _("Over"))


def _roles(user: User) -> str:
    named = dict(role_names.CHOICES)
    held = sorted({assignment.role for assignment in user.assignments.all()})
    return " · ".join(str(named[role]) for role in held)


class PeopleTable(Table):
    """Whose eyes one might look through."""

    columns = (
        Column(
            "display_name",
            _("Name"),
            value=str,
            link=lambda user: reverse("accounts:view-as", args=[user.pk]),
            sort="display_name",
        ),
        Column("username", _("User name"), sort="username"),
        Column("roles", _("Roles"), value=_roles),
    )
    order_by = ("username", "pk")


class PeopleFilter(django_filters.FilterSet):
    """By name and role."""

    q = django_filters.CharFilter(label=_("Name"), method="named")
    role = django_filters.ChoiceFilter(
        label=_("Role"), field_name="assignments__role", choices=role_names.CHOICES, distinct=True
    )

    class Meta:
        model = User
        fields: list[str] = []

    def named(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(Q(username__icontains=value) | Q(display_name__icontains=value))
