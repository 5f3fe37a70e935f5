from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import role_names
from apps.core.kit import formats
from apps.core.kit.formats import label_of
from apps.core.kit.tables import Column, Table
from apps.core.roles import Role
from apps.engagement import events
from apps.engagement.models import Bonus, Contest, EarnRule, Gift, PointRequest, Redemption
from apps.engagement.rules import BonusState, ContestState, RedemptionState, RequestState, written

_REDEMPTION = {
    RedemptionState.WAITING: "amber",
    RedemptionState.SENT: "green",
    RedemptionState.REFUSED: "red",
    RedemptionState.CANCELLED: "grey",
    RedemptionState.RETURNED: "grey",
}
_REQUEST = {RequestState.WAITING: "amber", RequestState.DONE: "green", RequestState.REFUSED: "red"}


def redemption_badge(row: Redemption) -> tuple[str, Any]:
    """Where a redemption stands."""
    return _REDEMPTION[RedemptionState(row.state)], row.get_state_display()


def request_badge(row: PointRequest) -> tuple[str, Any]:
    """Where a request stands."""
    return _REQUEST[RequestState(row.state)], row.get_state_display()


def offered_badge(row: Gift) -> tuple[str, Any]:
    """Whether a gift can be redeemed now."""
    if not row.active:
        return "grey", _now("Not offered")
    return ("green", _now("On offer")) if row.stock else ("red", _now("Out of stock"))


def rule_badge(row: EarnRule) -> tuple[str, Any]:
    """Whether a version of a rule brings points."""
    if getattr(row, "until", None):
        return "grey", _now("Replaced")
    return ("green", _now("Active")) if row.active else ("grey", _now("Over"))


def event_label(row: EarnRule) -> str:
    """What brings the points, in words."""
    return str(events.events()[row.event].label)


def roles_text(row: EarnRule | Contest) -> str:
    """The posts a rule is for, in words."""
    return "、".join(str(role_names.NAMES[Role(role)]) for role in row.roles)


def _page(name: str) -> Any:
    return lambda row: reverse(f"engagement:{name}", kwargs={"pk": row.pk})


class RuleTable(Table):
    """Versions of earn rules."""

    columns = (
        Column("label", _("Earn rule"), value=label_of, link=_page("rule-detail")),
        Column("event", _("Earning event"), value=event_label),
        Column("roles", _("Posts"), "long", value=roles_text),
        Column("points", _("Points for each"), "number", sort="points"),
        Column("factor", _("Campaign factor"), "number", phone=False),
        Column("month_cap", _("At most in a month"), "units", phone=False),
        Column("effective_from", _("Effective from"), "date", sort="effective_from"),
        Column("state", _("Status"), "badge", value=rule_badge),
        Column("code", _("Code"), "code", sort="code", phone=False),
    )
    order_by = ("code", "-version")


class EarningTable(Table):
    """What events brought people."""

    columns = (
        Column("happened_on", _("Date"), "date", sort="happened_on"),
        Column("person", _("Person"), value=lambda row: str(row.person)),
        Column("place", _("Dealer")),
        Column("rule", _("Rule"), value=lambda row: label_of(row.rule)),
        Column("points", _("Reward points"), "units", value=lambda row: row.points if row.stands else 0),
        Column(
            "remark",
            _("Remark"),
            value=lambda row: (
                _now("Taken back") if not row.stands else "" if row.points else _now("Cap reached")
            ),
        ),
        Column("key", _("Event number"), export_only=True),
    )
    order_by = ("-happened_on", "-id")


class GiftTable(Table):
    """The catalogue as headquarters keeps it."""

    columns = (
        Column("code", _("Code"), "code", sort="code"),
        Column("label", _("Gift"), value=label_of, link=_page("gift-detail")),
        Column("points", _("Reward points"), "units", sort="points"),
        Column("worth_amount", _("Worth"), "money", sort="worth_amount"),
        Column("stock", _("Pieces in stock"), "units", sort="stock"),
        Column("state", _("Status"), "badge", value=offered_badge),
    )
    order_by = ("code",)


class MovementTable(Table):
    """What came in and went out of a gift."""

    columns = (
        Column("recorded_at", _("Recorded at"), "datetime"),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display()),
        Column("units", _("Pieces"), "units"),
        Column("recorded_by", _("By")),
        Column("note", _("Note"), "long"),
    )


class RedemptionTable(Table):
    """Who redeemed what."""

    columns = (
        Column("asked_at", _("Asked at"), "datetime", sort="asked_at"),
        Column("gift", _("Gift"), value=str, link=_page("redemption-detail")),
        Column("points", _("Reward points"), "units", sort="points"),
        Column("state", _("Status"), "badge", value=redemption_badge),
        Column("person", _("Person"), value=lambda row: str(row.person)),
        Column("place", _("Works at"), phone=False),
        Column("deliver_to", _("Deliver to"), "long", phone=False),
        Column("answer", _("Answer"), export_only=True),
        Column("answered_at", _("Answered at"), "datetime", export_only=True),
        Column("answered_by", _("Answered by"), export_only=True),
    )
    order_by = ("-asked_at", "-id")


class RequestTable(Table):
    """What was asked for by hand."""

    columns = (
        Column("asked_at", _("Asked at"), "datetime", sort="asked_at"),
        Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), link=_page("request-detail")),
        Column("person", _("Person"), value=lambda row: str(row.person)),
        Column("points", _("Reward points"), "units", sort="points"),
        Column("reason", _("Reason"), "long"),
        Column("state", _("Status"), "badge", value=request_badge),
        Column("asked_by", _("Asked by"), value=lambda row: str(row.asked_by), phone=False),
        Column("decided_by", _("Decided by"), phone=False),
        Column("answer", _("Answer"), export_only=True),
    )
    order_by = ("-asked_at", "-id")


class UnnamedTable(Table):
    """Delivered cars without a seller."""

    columns = (
        Column("occurred_on", _("Delivery date"), "date", sort="occurred_on"),
        Column(
            "vin",
            "VIN",
            "code",
            value=lambda row: row.vin or row.external_id,
            link=lambda row: reverse("engagement:seller", args=["sales.retaildelivery", row.pk]),
        ),
        Column("model", _("Model"), value=lambda row: str(row.model or row.model_text)),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), phone=False),
    )
    order_by = ("-occurred_on", "-id")


def contest_badge(row: Contest) -> tuple[str, Any]:
    """Whether places still move."""
    return "blue" if row.state == ContestState.RUNNING else "grey", row.get_state_display()


class ContestTable(Table):
    """Contests, the newest first."""

    columns = (
        Column("label", _("Contest"), value=str, link=_page("contest-detail")),
        Column("subject", _("Who competes"), value=lambda row: row.get_subject_display()),
        Column("first", _("First day"), "date", sort="first"),
        Column("last", _("Last day"), "date", sort="last"),
        Column("unit", _("Where"), value=lambda row: str(row.unit or _now("Whole network")), phone=False),
        Column("state", _("Status"), "badge", value=contest_badge, sort="state"),
        Column("code", _("Code"), "code", phone=False),
    )
    order_by = ("-last", "-id")


class PlaceTable(Table):
    """Places of a contest."""

    columns: ClassVar[Sequence[Column]] = (
        Column("place", pgettext_lazy("rank", "Place"), value=lambda row: row.place),
        Column("who", _("Competitor"), value=lambda row: row.name),
        Column("dealer", _("Dealer"), value=lambda row: f"{row.dealer_code} {row.dealer_name}"),
        Column("value", _("Result"), "units"),
        Column("prize", _("Prize (points)"), "units", value=lambda row: row.prize or None),
    )
    order_by = ("contest_id", "place", "id")


class BoardTable(PlaceTable):
    """The same without a page of its own for each contest."""

    columns = (
        Column("contest", _("Contest"), value=lambda row: str(row.contest)),
        *PlaceTable.columns,
    )


_BONUS = {
    BonusState.PROPOSED: "amber",
    BonusState.OBJECTED: "red",
    BonusState.SIGNED: "blue",
    BonusState.APPROVED: "green",
    BonusState.RETURNED: "red",
}


def bonus_badge(row: Bonus) -> tuple[str, Any]:
    """Where a bonus stands."""
    return _BONUS[BonusState(row.state)], row.get_state_display()


class BonusTable(Table):
    """Bonuses of people."""

    columns = (
        Column("month", _("Month"), "month", sort="month"),
        Column("person", _("Person"), value=lambda row: str(row.person), link=_page("bonus-detail")),
        Column("unit", _("Organisation unit"), value=lambda row: str(row.unit), phone=False),
        Column("score", _("Appraisal"), "score", sort="score"),
        Column("amount", _("Bonus"), "money", sort="amount"),
        Column("state", _("Status"), "badge", value=bonus_badge, sort="state"),
        Column("proposed_by", _("Proposed by"), value=lambda row: str(row.proposed_by), phone=False),
        Column("base", _("Bonus base"), "money", export_only=True),
        Column("extra", _("Extra"), "money", export_only=True),
        Column("deducted", _("Deducted"), "money", export_only=True),
        Column("basis", _("Basis of the appraisal"), export_only=True),
        Column("signed_at", _("Signed at"), "datetime", export_only=True),
        Column("decided_by", _("Decided by"), export_only=True),
    )
    order_by = ("-month", "-id")


class MineTable(Table):
    """Movements of one's own points."""

    columns = (
        Column("occurred_on", _("Date"), "date", value=lambda row: row.entry.occurred_on),
        Column("what", _("What for"), value=lambda row: row.entry.note or row.entry.get_kind_display()),
        Column("kind", _("Kind"), value=lambda row: row.entry.get_kind_display()),
        Column("amount", _("Reward points"), "units"),
        Column("after", _("Balance after"), "units"),
    )


class LotTable(Table):
    """What is left and until when."""

    columns = (
        Column("expires_on", _("Usable until"), "date", value=lambda row: row[0]),
        Column("remaining", _("Left"), "units", value=lambda row: row[1]),
    )


def _facts(title: Any, told: list[tuple[Any, Any, str]]) -> list[dict[str, Any]]:
    facts = [{"label": label, "value": value, "kind": kind, "url": ""} for label, value, kind in told]
    return [{"title": title, "facts": facts}]


def facts_of_rule(row: EarnRule) -> list[dict[str, Any]]:
    """A version of an earn rule as facts."""
    told = [
        (_("Status"), rule_badge(row), "badge"),
        (_("Earning event"), event_label(row), "text"),
        (_("Posts"), roles_text(row), "text"),
        (_("Points for each"), row.points, "number"),
        (_("Campaign factor"), row.factor, "number"),
        (_("At most in a day"), row.day_cap, "number"),
        (_("At most in a month"), row.month_cap, "number"),
        (_("Usable for"), row.valid_months, "months"),
        (_("Effective from"), row.effective_from, "date"),
        (_("Recorded by"), f"{row.recorded_by} · {timezone.localdate(row.recorded_at)}", "text"),
    ]
    return _facts(_("Earn rule"), told)


def facts_of_contest(row: Contest, measure: str) -> list[dict[str, Any]]:
    """A contest as facts."""
    prizes = [(first, last, points) for first, last, points in row.prizes]
    told = [
        (_("Status"), contest_badge(row), "badge"),
        (_("What counts"), measure, "text"),
        (_("Who competes"), row.get_subject_display(), "text"),
        (_("Posts"), roles_text(row), "text"),
        (_("Where"), str(row.unit or _now("Whole network")), "text"),
        (_("First day"), row.first, "date"),
        (_("Last day"), row.last, "date"),
        (_("Prizes (place: points)"), written(prizes), "text"),
        (_("As of"), row.computed_at, "datetime"),
    ]
    return _facts(_("Contest"), told)


def facts_of_bonus(row: Bonus) -> list[dict[str, Any]]:
    """A bonus as facts."""
    told = [
        (_("Status"), bonus_badge(row), "badge"),
        (_("Person"), str(row.person), "text"),
        (_("Month"), row.month, "month"),
        (_("Appraisal"), row.score, "score"),
        (_("Bonus base"), row.base, "money"),
        (_("Extra"), row.extra, "money"),
        (_("Deducted"), row.deducted, "money"),
        (_("Bonus"), row.amount, "money"),
        (_("Basis of the appraisal"), row.basis, "text"),
        (
            _("Proposed and signed by"),
            f"{row.proposed_by} · {formats.show(row.proposed_at, 'datetime')}",
            "text",
        ),
        (_("Signed by the person"), row.signed_at, "datetime"),
        (_("Decided by"), row.decided_by, "text"),
        (_("Objection or answer"), row.remark, "text"),
    ]
    return _facts(_("Bonus"), told)


def facts_of_gift(row: Gift) -> list[dict[str, Any]]:
    """A gift as facts."""
    told = [
        (_("Status"), offered_badge(row), "badge"),
        (_("Code"), row.code, "text"),
        (_("Reward points"), row.points, "text"),
        (_("Worth"), row.worth_amount, "money"),
        (_("Pieces in stock"), row.stock, "text"),
    ]
    return _facts(_("Gift"), told)


def facts_of_redemption(row: Redemption) -> list[dict[str, Any]]:
    """A redemption as facts."""
    told = [
        (_("Status"), redemption_badge(row), "badge"),
        (_("Gift"), str(row), "text"),
        (_("Reward points"), row.points, "text"),
        (_("Person"), str(row.person), "text"),
        (_("Works at"), row.place, "text"),
        (_("Deliver to"), row.deliver_to, "text"),
        (_("Asked at"), row.asked_at, "datetime"),
        (_("Answer"), row.answer, "text"),
        (_("Answered by"), row.answered_by, "text"),
        (_("Answered at"), row.answered_at, "datetime"),
    ]
    return _facts(_("Redemption"), told)


def facts_of_request(row: PointRequest) -> list[dict[str, Any]]:
    """A request as facts."""
    told = [
        (_("Status"), request_badge(row), "badge"),
        (_("Kind"), row.get_kind_display(), "text"),
        (_("Person"), str(row.person), "text"),
        (_("Transfer to"), str(row.to_person) if row.to_person else None, "text"),
        (_("Reward points"), row.points and f"{row.points:,}", "text"),
        (_("Reason"), row.reason, "text"),
        (_("Asked by"), str(row.asked_by), "text"),
        (_("Asked at"), row.asked_at, "datetime"),
        (_("Decided by"), row.decided_by, "text"),
        (_("Answer"), row.answer, "text"),
    ]
    return _facts(_("Request about points"), told)
