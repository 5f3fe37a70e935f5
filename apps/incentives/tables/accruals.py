from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.incentives.models import Accrual, AccrualLine
from apps.incentives.rules import reasons
from apps.incentives.tables.statements import lang, version_text, window_text
from apps.metrics import queries as metrics
from apps.metrics.registry import registry


def reason_text(row: Accrual) -> str:
    """Why a policy has no value for the dealer; empty when it has one."""
    return reasons.why(row.reason, lang(), metrics.labels(registry.kpis)) if row.reason else ""


class AccrualTable(Table):
    """Accruals by dealer and policy, newest first."""

    columns = (
        Column("dealer_code", _("Dealer code"), "code", value=lambda r: r.dealer.code, sort="dealer__code"),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer), phone=False),
        Column(
            "policy",
            _("Policy"),
            value=version_text,
            link=lambda row: reverse("incentives:accrual-detail", kwargs={"pk": row.pk}),
        ),
        Column("window", _("Term"), "code", value=window_text, sort="window_first"),
        Column("period", _("Computed with"), "month", sort="period"),
        Column("amount", _("Rebate (¥)"), "money", sort="amount"),
        Column("achievement", _("Achievement"), "percent", phone=False),
        Column("included", _("Paid for"), "units", phone=False),
        Column("excluded", _("Not paid for"), "units", phone=False),
        Column("pending", _("Waiting"), "units", phone=False),
        Column("reason", _("Remark"), "long", value=reason_text),
    )
    order_by = ("-period", "dealer__code", "pk")


def _car(row: AccrualLine) -> Any:
    return (row.delivery.vin or row.delivery.external_id) if row.delivery else _("The dealer as a whole")


def _sale(row: AccrualLine) -> str | None:
    return reverse("sales:delivery-detail", kwargs={"pk": row.delivery_id}) if row.delivery_id else None


class AccrualCarTable(Table):
    """The cars of an accrual with their shares."""

    columns = (
        Column("vin", "VIN", "code", value=_car, link=_sale),
        Column(
            "occurred_on",
            _("Sold on"),
            "date",
            value=lambda row: row.delivery and row.delivery.occurred_on,
            sort="delivery__occurred_on",
        ),
        Column("component", _("Clause"), "code", phone=False),
        Column("units", _("Units"), "cars"),
        Column("base", _("Base"), "number", sort="base"),
        Column("amount", _("Rebate (¥)"), "money", sort="amount"),
    )
    order_by = ("delivery__occurred_on", "pk")
