from __future__ import annotations

from typing import Any

from django.db.models import Case, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.work.models import Attendance
from apps.work.rules.meetings import Reply

_COLOURS = {Reply.OPEN: "grey", Reply.COMING: "green", Reply.DECLINED: "red"}
IN_ORDER = (
    Case(
        When(reply=Reply.COMING, then=Value(0)),
        When(reply=Reply.OPEN, invited_at__isnull=False, then=Value(1)),
        When(reply=Reply.DECLINED, then=Value(2)),
        default=Value(3),
    ),
    "name",
    "pk",
)
"""Those who come first, then those who have not said."""


def reply_badge(row: Attendance) -> tuple[str, str] | None:
    """What somebody answered, with its colour; None for a name without an account."""
    if row.invited_at is None:
        return None
    if row.called_off_at is not None:
        return "grey", _t("Called off")
    return _COLOURS[Reply(row.reply)], str(row.get_reply_display())


def _when(row: Attendance) -> str:
    return f"{row.held_on} {row.held_time:%H:%M}" if row.held_time else str(row.held_on)


class InvitationTable(Table):
    """What somebody is invited to."""

    columns: Any = (
        Column(
            "title",
            _("Meeting"),
            value=lambda row: row.title or _t("Meeting"),
            link=lambda row: reverse("work:invitation-detail", kwargs={"pk": row.pk}),
        ),
        Column("held_on", _("When"), value=_when, sort="held_on"),
        Column("place", _("Place"), phone=False),
        Column("person", _("Invited by"), value=lambda row: str(row.person), phone=False),
        Column("reply", _("Reply"), "badge", value=reply_badge, sort="reply"),
        Column("reason", _("Reason"), export_only=True),
        Column("replied_at", _("Replied at"), "datetime", export_only=True),
    )
    order_by = ("-held_on", "-pk")
