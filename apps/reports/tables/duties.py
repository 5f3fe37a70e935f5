from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.core.kit.tables import Column, Table
from apps.reports.models.duties import STANDINGS, Duty
from apps.reports.rules.duties import Light, Standing, quota_light

COLOURS = {
    Standing.TODO: "blue",
    Standing.STARTED: "blue",
    Standing.RETURNED: "amber",
    Standing.OVERDUE: "red",
    Standing.DONE: "green",
    Standing.LATE: "amber",
    Standing.WAIVED: "grey",
}
LIGHTS = {Light.RED: "red", Light.AMBER: "amber", Light.GREEN: "green", Light.OVER: "amber"}


def standing_badge(duty: Duty) -> tuple[str, str]:
    """How a duty stands now, with its colour."""
    told = duty.standing_at(timezone.now())
    return COLOURS[told], str(STANDINGS[told])


def quota(duty: Duty) -> str:
    """How many were counted of how many; empty where nothing is counted."""
    return "" if duty.needed is None else f"{duty.counted or 0}/{duty.needed}"


def quota_colour(duty: Duty) -> str:
    """The colour of a count."""
    return LIGHTS[quota_light(duty.counted or 0, duty.needed or 0, duty.target, duty.most)]


def role_name(role: str) -> str:
    """What a role is called."""
    return str(dict(role_names.CHOICES).get(role, role))


class DutyTable(Table):
    """Duties with where they are owed, by which role, and how they stand."""

    columns = (
        Column(
            "name",
            _("Duty"),
            value=lambda row: row.rule.name,
            link=lambda row: reverse("reports:duty-detail", kwargs={"pk": row.pk}),
        ),
        Column("code", _("Rule"), "code", sort="code"),
        Column("place", _("Owed at"), value=lambda row: str(row.place)),
        Column("role", _("Role"), value=lambda row: role_name(row.role)),
        Column("due_at", _("Deadline"), "datetime", sort="due_at"),
        Column("standing", _("State"), "badge", value=standing_badge),
        Column("quota", _("Counted"), value=quota, phone=False),
        Column("done_at", _("Done at"), "datetime", sort="done_at", phone=False),
        Column("done_by", _("Done by"), phone=False),
    )
    order_by = ("due_at", "pk")


class RuleTable(Table):
    """The rules in words."""

    columns = (
        Column("code", _("Code"), "code", sort="code"),
        Column(
            "name",
            _("Duty"),
            "long",
            value=lambda row: row.name,
            link=lambda row: reverse("reports:rule-detail", kwargs={"pk": row.pk}),
        ),
        Column("role", _("Role"), value=lambda row: role_name(row.role)),
        Column("said", _("When"), "long", value=lambda row: row.said),
        Column("rule_text", _("Rule"), export_only=True),
        Column("recipient_text", _("Goes to"), phone=False),
        Column("version", _("Version"), "units", phone=False),
        Column("effective_from", _("Effective from"), "date", sort="effective_from", phone=False),
        Column("active", _("Active"), value=lambda row: _("Yes") if row.active else _("No"), phone=False),
    )
    order_by = ("code", "-version")
