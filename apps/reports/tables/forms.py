from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.reports.models import Submission
from apps.reports.rules.states import EDITABLE, State

_TONES = {
    State.DRAFT: "grey",
    State.SUBMITTED: "blue",
    State.RETURNED: "amber",
    State.APPROVED: "green",
    State.LOCKED: "green",
    State.CORRECTING: "amber",
}


def state_badge(row: Submission) -> tuple[str, Any]:
    """The state of a report as a badge; a draft with faults says so."""
    if row.state in EDITABLE and (row.errors or row.to_explain):
        if row.state == State.DRAFT:
            return "red", _("Draft, with faults")
        return "red", _("Returned, with faults") if row.state == State.RETURNED else row.get_state_display()
    return _TONES[State(row.state)], row.get_state_display()


def owner_text(row: Submission) -> str:
    """Whose report it is."""
    if row.dealer is not None:
        return f"{row.dealer.code} {row.dealer}"
    return f"{row.unit} · {row.user}" if row.user is not None else str(row.unit)


def _on_time(row: Submission) -> tuple[str, Any] | None:
    if row.on_time is None:
        return None
    return ("green", _("On time")) if row.on_time else ("red", _("Late"))


class SubmissionTable(Table):
    """Reports, the newest period first."""

    columns = (
        Column(
            "form",
            _("Report form"),
            value=lambda row: row.label,
            link=lambda row: reverse("reports:report-detail", kwargs={"pk": row.pk}),
        ),
        Column("period_text", _("Period"), "code", value=lambda row: row.period_label, sort="period"),
        Column("owner", _("Reporting party"), value=owner_text),
        Column("state", _("State"), "badge", value=state_badge, sort="state"),
        Column("errors", _("To correct"), "units", sort="errors", phone=False),
        Column("to_explain", _("To explain"), "units", phone=False),
        Column("on_time", _("In time"), "badge", value=_on_time),
        Column("due_at", _("Due by"), "datetime", sort="due_at", phone=False),
        Column("submitted_at", _("Submitted at"), "datetime", sort="submitted_at", phone=False),
        Column("submitted_by", _("Submitted by"), phone=False),
        Column("version", _("Version"), "units", export_only=True),
    )
    order_by = ("-period", "-id")
