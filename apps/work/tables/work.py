from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.work import registry
from apps.work.models import Approval, Correction, Message, Notice


@dataclass(frozen=True)
class Line:
    """A notice as the bell shows it."""

    notice: Notice
    text: str
    icon: str
    url: str


def said(row: Notice) -> str:
    """The text of a notice in the language of the moment."""
    return registry.notice_kind(row.code).said(row.params)


def open_url(row: Notice) -> str:
    """Where a click on a notice leads: it is read, then what it is about opens."""
    return reverse("work:notice-open", kwargs={"pk": row.pk})


def lines(rows: Iterable[Notice]) -> list[Line]:
    """Notices with their words."""
    return [Line(row, said(row), registry.notice_kind(row.code).icon, open_url(row)) for row in rows]


class NoticeTable(Table):
    """What one was told, newest first."""

    columns = (
        Column(
            "state",
            _("State"),
            "badge",
            value=lambda row: ("grey", str(_("Read"))) if row.read_at else ("blue", str(_("New"))),
        ),
        Column("text", _("Notice"), value=said, link=open_url),
        Column("kind", _("Kind"), value=lambda row: registry.notice_kind(row.code).label, phone=False),
        Column("created_at", _("At"), "datetime", sort="created_at"),
    )
    order_by = ("-created_at", "-pk")


def message_badge(row: Message) -> tuple[str, str]:
    """The state of a message with its colour."""
    colours = {"waiting": "amber", "sending": "amber", "sent": "green", "failed": "red"}
    return colours[row.state], str(row.get_state_display())


class MessageTable(Table):
    """The outbox, newest first."""

    columns = (
        Column("created_at", _("Made at"), "datetime", sort="created_at"),
        Column("user", _("Recipient"), value=lambda row: str(row.user)),
        Column("channel", _("Channel"), value=lambda row: row.get_channel_display()),
        Column("subject", _("Subject")),
        Column("state", _("State"), "badge", value=message_badge, sort="state"),
        Column("attempts", _("Tries"), "units"),
        Column("sent_at", _("Sent at"), "datetime", sort="sent_at"),
        Column("delivery_id", _("Delivery number"), "code", value=lambda row: str(row.pk), phone=False),
        Column("error", _("Error"), phone=False),
    )
    order_by = ("-created_at", "delivery_id")


def approval_badge(row: Approval) -> tuple[str, str]:
    """The state of an approval with its colour."""
    colours: dict[str, str] = {
        "waiting": "amber",
        "approved": "green",
        "returned": "amber",
        "rejected": "red",
        "withdrawn": "grey",
    }
    return colours[row.state], str(row.get_state_display())


def correction_badge(row: Correction) -> tuple[str, str]:
    """The state of a correction request with its colour."""
    colours = {"asked": "amber", "returned": "amber", "accepted": "blue", "rejected": "red"}
    return colours.get(row.state, "green"), str(row.get_state_display())


class CorrectionTable(Table):
    """Correction requests, newest first."""

    columns = (
        Column("asked_at", _("Asked at"), "datetime", sort="asked_at"),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column(
            "about",
            _("About"),
            value=lambda row: row.target_text,
            link=lambda row: reverse("work:correction-detail", kwargs={"pk": row.pk}),
        ),
        Column("wrong", _("What is wrong")),
        Column("right", _("What is right"), phone=False),
        Column("state", _("State"), "badge", value=correction_badge, sort="state"),
        Column("answered_at", _("Answered at"), "datetime", phone=False),
    )
    order_by = ("-asked_at", "-pk")
