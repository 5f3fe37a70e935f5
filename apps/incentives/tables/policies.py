from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.incentives.models import BackTestRow, PolicyVersion
from apps.incentives.rules import reasons
from apps.incentives.rules.types import TYPES

_COLOURS = {
    "draft": "grey",
    "backtested": "blue",
    "compliant": "blue",
    "approving": "amber",
    "approved": "amber",
    "published": "green",
    "replaced": "grey",
    "ended": "grey",
    "discarded": "grey",
}


def lang() -> str:
    """The reader's language, as rules are told it."""
    return get_language() or "zh-hans"


def state_badge(row: PolicyVersion) -> tuple[str, Any]:
    """Where a version stands."""
    return (_COLOURS[row.state], row.get_state_display())


def kinds_text(row: PolicyVersion) -> str:
    """The rebate types of a version's clauses."""
    clauses = row.document.get("components") or []
    kinds = [TYPES[each["type"]].label.text(lang()) for each in clauses if each.get("type") in TYPES]
    return " · ".join(dict.fromkeys(kinds))


def detail_url(row: PolicyVersion) -> str:
    """The page of a version."""
    return reverse("incentives:policy-detail", kwargs={"pk": row.pk})


class PolicyTable(Table):
    """Versions of policies, what holds or comes first."""

    columns = (
        Column("policy", _("Policy"), value=lambda row: str(row.policy), link=detail_url),
        Column("code", _("Policy code"), "code", value=lambda row: row.policy.code, sort="policy__code"),
        Column("version", _("Version"), "code", value=lambda row: f"v{row.version}"),
        Column("state", _("Status"), "badge", value=state_badge),
        Column("kinds", _("Clauses"), "long", value=kinds_text),
        Column("effective_from", _("Holds from"), "date", sort="effective_from"),
        Column("effective_to", _("Holds to"), "date", sort="effective_to"),
        Column("author", _("Drafted by"), value=lambda row: row.author_label, export_only=True),
        Column("published_at", _("Published at"), "datetime", export_only=True),
        Column("sha256", _("Fingerprint"), "code", export_only=True),
    )
    order_by = ("policy__code", "-version")


class ReceiptTable(Table):
    """Who was sent a policy and confirmed."""

    columns = (
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("sent_at", _("Sent at"), "datetime", sort="sent_at"),
        Column("read_at", _("Confirmed at"), "datetime", sort="read_at"),
        Column("read_label", _("Confirmed by")),
    )
    order_by = ("read_at", "dealer__code")


def gain(row: BackTestRow) -> Decimal | None:
    """Draft less what it is compared with; None where one has no value."""
    if row.amount is None or row.compared_amount is None:
        return None
    return row.amount - row.compared_amount


def why(row: BackTestRow) -> str:
    """Why the draft has no value for a dealer, in words."""
    reason = row.reason or row.compared_reason
    return reasons.why(reason, lang()) if reason else ""


class BackTestTable(Table):
    """Results of a back-test by dealer and term."""

    columns = (
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("city_tier", _("City tier"), value=lambda row: row.dealer.get_city_tier_display()),
        Column("window_first", _("Term from"), "date", sort="window_first"),
        Column("window_last", _("Term to"), "date", export_only=True),
        Column("units", _("Qualifying cars"), "cars", sort="units"),
        Column("achievement", _("Achievement"), "percent", sort="achievement"),
        Column("compared_amount", _("Compared (¥)"), "money", sort="compared_amount"),
        Column("amount", _("Draft (¥)"), "money", sort="amount"),
        Column("gain", _("Change (¥)"), "money", value=gain),
        Column("reason", _("Remark"), "long", value=why),
    )
    order_by = ("-amount", "dealer__code", "window_first")
