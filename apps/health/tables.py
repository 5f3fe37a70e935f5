from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column, Table
from apps.health.models import HealthScore
from apps.kernel.scoring import GRADED_FROM, light

_COLOURS = {"A": "green", "B": "blue", "C": "amber", "D": "red"}


def grade_badge(row: HealthScore) -> tuple[str, str]:
    """The grade with its colour; too little data is grey and says so."""
    if not row.grade:
        return "grey", _now("Not enough data")
    return _COLOURS[row.grade], row.grade


def light_of(row: HealthScore) -> str:
    """The light of the score, grey while too little data backs it."""
    return light(row.score) or "grey" if row.coverage >= GRADED_FROM else "grey"


class ScoreTable(Table):
    """Health scores of a month."""

    columns = (
        Column("rank", _("Rank"), "units", sort="rank"),
        Column(
            "dealer_code", _("Dealer code"), "code", value=lambda row: row.dealer.code, sort="dealer__code"
        ),
        Column(
            "dealer",
            _("Dealer"),
            value=lambda row: str(row.dealer),
            link=lambda row: reverse("health:score-detail", kwargs={"pk": row.pk}),
        ),
        Column("period", _("Month"), "month", sort="period"),
        Column("score", _("Score"), "score", sort="score"),
        Column("grade", _("Grade"), "badge", value=grade_badge, sort="grade"),
        Column("coverage", _("Coverage"), "percent", sort="coverage"),
    )
    order_by = ("-period", "rank", "dealer__code", "pk")
