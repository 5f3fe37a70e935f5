from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.kit.tables import Column, Table
from apps.incentives.tables.statements import statement_badge, version_text, window_text


class AwardTable(Table):
    """Convention awards: who won which, issued when, confirmed by whom."""

    columns = (
        Column("window", _("Term"), "code", value=window_text, sort="window_first"),
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column(
            "award",
            _("Award"),
            link=lambda row: reverse("incentives:statement-detail", kwargs={"pk": row.pk}),
        ),
        Column("place", pgettext_lazy("rank", "Place"), "code"),
        Column("amount", _("Prize"), "money", sort="amount"),
        Column("state", _("Status"), "badge", value=statement_badge),
        Column("published_at", _("Issued at"), "datetime", sort="published_at"),
        Column("confirmed_at", _("Store confirmed at"), "datetime", sort="confirmed_at"),
        Column("confirmed_by", _("Confirmed for the store by"), phone=False),
        Column("policy", _("Policy"), value=version_text, phone=False),
    )
    order_by = ("-window_first", "-amount", "id")
