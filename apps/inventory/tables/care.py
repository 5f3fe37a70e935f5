from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.inventory.models import AgedAction, BuyBackAgreement, StockUnit, UnitMark
from apps.inventory.rules import CertificateStatus, MarkKind
from apps.inventory.tables.stock import blocks


class LifeTable(Table):
    """The life of a vehicle, the oldest first."""

    columns = (
        Column("on", _("Date"), "date"),
        Column("what", _("Event"), value=lambda row: str(row.what), link=lambda row: row.url or None),
        Column("dealer", _("Dealer")),
        Column("detail", _("Details"), value=lambda row: str(row.detail)),
    )


def mark_badge(row: UnitMark) -> tuple[str, Any]:
    """What a mark says; red when the car may not be sold or its certificate is missing."""
    alarming = row.kind == MarkKind.STOP_SALE or row.value == CertificateStatus.MISSING
    if row.valid_to is not None:
        return "grey", row.get_kind_display()
    return ("red" if alarming else "blue"), row.get_kind_display()


class MarkTable(Table):
    """Stop sales, certificates, places and flags of vehicles, the newest first."""

    columns = (
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=lambda row: str(row.unit),
            link=lambda row: reverse("inventory:unit-detail", kwargs={"pk": row.unit_id}),
        ),
        Column("kind", _("Kind of mark"), "badge", value=mark_badge, sort="kind"),
        Column("shown", _("What holds"), value=lambda row: row.shown or row.reason),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("valid_from", _("Valid from"), "date", sort="valid_from"),
        Column("valid_to", _("Until"), "date", sort="valid_to"),
        Column("set_by", _("Recorded by")),
        Column("reason", _("Reason"), export_only=True),
    )
    order_by = ("-valid_from", "-id")


class LoanTable(Table):
    """Loans on vehicles, the newest first."""

    columns = (
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=lambda row: str(row.unit),
            link=lambda row: reverse("inventory:unit-detail", kwargs={"pk": row.unit_id}),
        ),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, phone=False),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("lender", _("Lender")),
        Column("number", _("Contract number"), "code"),
        Column("principal_amount", _("Principal"), "money", sort="principal_amount"),
        Column("annual_rate", _("Rate a year"), "percent"),
        Column("free_days", _("Days free of interest"), "days", phone=False),
        Column("started_on", _("Drawn on"), "date", sort="started_on"),
        Column("ended_on", _("Repaid on"), "date", sort="ended_on", phone=False),
    )
    order_by = ("-started_on", "-id")


def agreement_badge(row: BuyBackAgreement) -> tuple[str, Any]:
    """Whether an agreement holds today."""
    today = timezone.localdate()
    if row.is_cancelled or row.ends_on < today:
        return "grey", _("Ended")
    if row.starts_on > today:
        return "blue", _("To begin")
    left = (row.ends_on - today).days
    return ("amber", _("%(days)s days left") % {"days": left}) if left <= 30 else ("green", _("In force"))


class AgreementTable(Table):
    """Buy-back agreements, those that end first at the top."""

    columns = (
        Column(
            "number",
            _("Agreement number"),
            "code",
            link=lambda row: reverse("inventory:agreement-detail", kwargs={"pk": row.pk}),
        ),
        Column("state", _("State"), "badge", value=agreement_badge),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("minimum_age_days", _("From this age (days)"), "days"),
        Column("price_rate", _("Price (share of cost)"), "percent"),
        Column("limit_units", _("At most (vehicles)"), "units"),
        Column("starts_on", _("Valid from"), "date"),
        Column("ends_on", _("Until"), "date", sort="ends_on"),
    )
    order_by = ("ends_on", "id")


def facts_of_agreement(row: BuyBackAgreement) -> list[dict[str, Any]]:
    """What an agreement says, as blocks of label and value."""
    told = [
        (_("State"), agreement_badge(row), "badge"),
        (_("Dealer"), f"{row.dealer.code} {row.dealer}", "text"),
        (_("Valid from"), row.starts_on, "date"),
        (_("Until"), row.ends_on, "date"),
        (_("From this age (days)"), row.minimum_age_days, "days"),
        (_("Price (share of cost)"), row.price_rate, "percent"),
        (_("At most (vehicles)"), row.limit_units, "units"),
        (_("Terms"), row.terms, "text"),
    ]
    return blocks([(_("Agreement"), told)])


class BoughtTable(Table):
    """Vehicles bought back under an agreement."""

    columns = (
        Column("bought_on", _("Bought back on"), "date"),
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=lambda row: str(row.unit),
            link=lambda row: reverse("inventory:unit-detail", kwargs={"pk": row.unit_id}),
        ),
        Column("price_amount", _("Price"), "money"),
        Column("recorded_by", _("Recorded by")),
    )


def aged_badge(row: AgedAction) -> tuple[str, Any]:
    """Whether an action on aged stock is done, late or under way."""
    if row.done_on:
        return "green", _("Done")
    return ("red", _("Overdue")) if row.due_on < timezone.localdate() else ("blue", _("Under way"))


class AgedActionTable(Table):
    """Actions on aged stock, those due first at the top."""

    columns = (
        Column(
            "plan",
            _("Plan"),
            link=lambda row: reverse("inventory:aged-detail", kwargs={"pk": row.pk}),
        ),
        Column("kind", _("Kind of action"), value=lambda row: row.get_kind_display()),
        Column("state", _("State"), "badge", value=aged_badge),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("total", _("Vehicles"), "units"),
        Column("gone", _("Gone"), "units"),
        Column("due_on", _("To be gone by"), "date", sort="due_on"),
        Column("created_by", _("Planned by")),
    )
    order_by = ("due_on", "id")


def _here(row: StockUnit) -> tuple[str, Any]:
    return ("amber", _("In stock")) if row.gone_on is None else ("green", _("Gone"))


class AgedUnitTable(Table):
    """The vehicles of an action on aged stock."""

    columns = (
        Column(
            "vehicle",
            _("Vehicle"),
            "code",
            value=str,
            link=lambda row: reverse("inventory:unit-detail", kwargs={"pk": row.pk}),
        ),
        Column("model", _("Model"), value=lambda row: str(row.model or row.model_text)),
        Column("colour", _("Colour")),
        Column("received_on", _("Received on"), "date"),
        Column("state", _("State"), "badge", value=_here),
        Column("gone_on", _("Gone on"), "date"),
    )
