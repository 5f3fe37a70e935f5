from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table


class ScoreTable(Table):
    """Delivered scores, newest month first."""

    columns = (
        Column("period", _("Month"), "month", sort="period"),
        Column("dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code),
        Column("dealer", _("Dealer"), value=lambda row: str(row.dealer)),
        Column("score", _("Score"), value=lambda row: row.get_score_display()),
        Column("value", _("Value"), "number", sort="value"),
        Column("version", _("Version"), "number"),
        Column("source", _("Source")),
        Column("recorded_by", _("Recorded by")),
        Column("recorded_at", _("Recorded at"), "datetime", sort="recorded_at"),
        Column("replaced_at", _("Replaced at"), "datetime"),
        Column("note", _("Note")),
    )
    order_by = ("-period", "dealer__code", "score", "-version")
