from __future__ import annotations

from django.db.models import Case, When
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.core.role_names import NAMES
from apps.core.roles import Role
from apps.work.models import Bulletin, BulletinReceipt

UNREAD_FIRST = Case(When(to_read=True, then=0), default=1)


def reading_badge(row: Bulletin) -> tuple[str, str]:
    """Whether the reader still has to confirm it."""
    return ("amber", _t("To be read")) if row.to_read else ("grey", _t("Read"))  # type: ignore[attr-defined]


def receipt_badge(row: BulletinReceipt) -> tuple[str, str]:
    """Whether somebody has read it."""
    return ("green", _t("Read")) if row.read_at else ("amber", _t("Unread"))


def role_name(row: BulletinReceipt) -> str:
    """The role in which somebody got it."""
    return str(NAMES[Role(row.role)])


class BulletinTable(Table):
    """Bulletins, the unread first."""

    columns = (
        Column(
            "title",
            _("Title"),
            link=lambda row: reverse("work:bulletin-detail", kwargs={"pk": row.pk}),
            sort="title",
        ),
        Column("author_label", _("Sender"), sort="author_label"),
        Column("unit", _("Unit"), value=lambda row: str(row.unit), phone=False),
        Column("published_at", _("Published at"), "datetime", sort="published_at"),
        Column("read_by_on", _("To be read by"), "date", sort="read_by_on"),
        Column("reading", _("My reading"), "badge", value=reading_badge),
    )
    order_by = (UNREAD_FIRST, "-published_at", "-pk")


class ReceiptTable(Table):
    """The readers of a bulletin."""

    columns = (
        Column("user_label", _("Reader")),
        Column("role", _("Role"), value=role_name),
        Column("place", _("Place")),
        Column("state", _("State"), "badge", value=receipt_badge),
        Column("read_at", _("Read at"), "datetime"),
    )
