from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.risk.models import RetailDecision
from apps.risk.rules import AGAINST, DecisionState

_COLOURS = {
    DecisionState.PROPOSED: "amber",
    DecisionState.DECIDED: "green",
    DecisionState.TURNED_DOWN: "grey",
}


def state_badge(row: RetailDecision) -> tuple[str, Any]:
    """Where the decision stands."""
    return (_COLOURS[DecisionState(row.state)], row.get_state_display())


def verdict_badge(row: RetailDecision) -> tuple[str, Any]:
    """What is said of the sale."""
    return ("red" if row.verdict in AGAINST else "green", row.get_verdict_display())


class DecisionTable(Table):
    """Decisions about sales, newest first."""

    columns = (
        Column("proposed_at", _("Proposed at"), "datetime", sort="proposed_at"),
        Column(
            "vin",
            "VIN",
            "code",
            value=lambda row: row.delivery.vin or row.delivery.external_id,
            link=lambda row: reverse("risk:decision-detail", kwargs={"pk": row.pk}),
        ),
        Column("verdict", _("Verdict"), "badge", value=verdict_badge),
        Column("state", _("Status"), "badge", value=state_badge),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("occurred_on", _("Delivery date"), "date", value=lambda row: row.delivery.occurred_on),
        Column("proposed_by", _("Proposed by")),
        Column("decided_by", _("Decided by")),
        Column("reason", _("Grounds"), export_only=True),
        Column("answer", _("Answer"), export_only=True),
    )
    order_by = ("-proposed_at", "-id")


def facts_of(row: RetailDecision) -> list[dict[str, Any]]:
    """A decision as one block of label and value."""
    told = [
        (_("Verdict"), verdict_badge(row), "badge", ""),
        (_("Status"), state_badge(row), "badge", ""),
        (_("Dealer"), f"{row.dealer.code} {row.dealer}", "text", ""),
        (
            _("Delivery"),
            row.delivery.vin or row.delivery.external_id,
            "text",
            reverse("sales:delivery-detail", kwargs={"pk": row.delivery_id}),
        ),
        (_("Delivery date"), row.delivery.occurred_on, "date", ""),
        (_("Grounds"), row.reason, "text", ""),
        (
            _("File"),
            row.file and row.file.name,
            "text",
            reverse("core:file", kwargs={"pk": row.file_id}) if row.file_id else "",
        ),
        (
            _("Proposed by"),
            f"{row.proposed_by} · {timezone.localtime(row.proposed_at):%Y-%m-%d %H:%M}",
            "text",
            "",
        ),
        (_("Decided by"), row.decided_by, "text", ""),
        (_("Answer"), row.answer, "text", ""),
    ]
    shown = [{"label": label, "value": value, "kind": kind, "url": url} for label, value, kind, url in told]
    return [{"title": _("Decision about a sale"), "facts": shown}]
