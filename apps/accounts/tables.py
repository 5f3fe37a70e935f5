from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import role_names
from apps.core.kit.tables import Column, Table

ROLES = dict(role_names.CHOICES)


def _roles(user: User) -> str:
    held = sorted({assignment.role for assignment in user.assignments.all()})
    return " · ".join(str(ROLES[role]) for role in held)


def _state(user: User) -> tuple[str, object]:
    return ("green", _("May log in")) if user.is_active else ("grey", _("Shut out"))


class UserTable(Table):
    """Who can log in, with the roles ever assigned."""

    columns = (
        Column(
            "username",
            _("User name"),
            link=lambda user: reverse("accounts:user-detail", args=[user.pk]),
            sort="username",
        ),
        Column("display_name", _("Display name"), sort="display_name"),
        Column("roles", _("Roles"), value=_roles),
        Column("state", _("State"), "badge", value=_state, sort="is_active"),
        Column("last_login", _("Last log-in"), "datetime", sort="last_login", phone=False),
    )
    order_by = ("username", "pk")


def _held(user: User) -> str:
    return " · ".join(f"{ROLES[row.role]} {row.dealer}" for row in user.led)  # type: ignore[attr-defined]


class StaffTable(Table):
    """The people of a general manager's dealers."""

    columns = (
        Column(
            "display_name",
            _("Display name"),
            link=lambda user: reverse("accounts:staff-detail", args=[user.pk]),
            sort="display_name",
        ),
        Column("username", _("User name"), sort="username"),
        Column("held", _("Roles"), value=_held),
        Column("state", _("State"), "badge", value=_state, sort="is_active"),
        Column("last_login", _("Last log-in"), "datetime", sort="last_login", phone=False),
    )
    order_by = ("username", "pk")
