"""A dealer's rebate money as words, badges and a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.kit.charts import Chart, Series, Tone
from apps.core.kit.tables import Column, Table
from apps.incentives.rules.forecasting import Certainty, Expected, Week
from apps.incentives.tables.payments import payment_badge, payment_url

WORDS: dict[Certainty, Any] = {
    Certainty.PAYABLE: _("Payable"),
    Certainty.CONFIRMED: _("Confirmed"),
    Certainty.PUBLISHED: _("Published"),
    Certainty.DISPUTED: _("Disputed"),
    Certainty.ACCRUED: _("Accrued, not settled yet"),
    Certainty.CURABLE: _("Only with documents"),
}
_TONES: dict[Certainty, Tone] = {
    Certainty.PAYABLE: "green",
    Certainty.CONFIRMED: "main",
    Certainty.PUBLISHED: "three",
    Certainty.DISPUTED: "red",
    Certainty.ACCRUED: "grey",
    Certainty.CURABLE: "amber",
}
_BADGES = {
    Certainty.PAYABLE: "green",
    Certainty.CONFIRMED: "green",
    Certainty.PUBLISHED: "blue",
    Certainty.DISPUTED: "red",
    Certainty.ACCRUED: "grey",
    Certainty.CURABLE: "amber",
}


def certainty_badge(row: Expected) -> tuple[str, Any]:
    """How sure money is."""
    return (_BADGES[row.certainty], WORDS[row.certainty])


def chart(weeks: Sequence[Week]) -> Chart:
    """Expected money week by week, the surest at the bottom."""
    used = [code for code in Certainty if any(week.amounts[code] for week in weeks)]
    return Chart(
        code="expected",
        shape="stack",
        title=_("Expected money by week"),
        labels=[f"{week.first:%m-%d}" for week in weeks],
        series=[
            Series(WORDS[code], [week.amounts[code] for week in weeks], _TONES[code])
            for code in used or [Certainty.PAYABLE]
        ],
        unit="money",
    )


class ExpectedTable(Table):
    """Money a dealer may expect and what it waits for."""

    columns = (
        Column("on", _("Money expected on"), "date"),
        Column("label", _("Statement or policy"), link=lambda row: row.url),
        Column("certainty", _("Certainty"), "badge", value=certainty_badge),
        Column("amount", _("Amount"), "money"),
        Column("blocks", _("What it waits for"), "long"),
    )


def _url(row: Any) -> str:
    return reverse("incentives:money-detail", kwargs={"pk": row.pk})


class PaidTable(Table):
    """Payments of one dealer, the newest first."""

    columns = (
        Column("reference", _("Payment no."), "code", link=payment_url),
        Column("paid_on", _("Paid on"), "date"),
        Column("amount", _("Amount"), "money"),
        Column("state", _("Status"), "badge", value=payment_badge),
        Column("paid_amount", _("Paid"), "money"),
    )


class StoreTable(Table):
    """Dealers, each with its page of rebate money."""

    columns = (
        Column("code", _("Dealer code"), "code", link=_url, sort="code"),
        Column("name", _("Dealer"), link=_url),
        Column("outstanding", _("Published and not paid"), "money", sort="outstanding"),
        Column("late", _("of it late"), "money", sort="late"),
        Column("paid", _("Paid in this year"), "money", sort="paid", phone=False),
    )
    order_by = ("code",)
