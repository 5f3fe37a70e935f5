from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit import period
from apps.core.kit.pages import DetailPage, ListPage
from apps.health import policies, queries, tables
from apps.health.filters import ScorePageFilter
from apps.health.models import HealthScore
from apps.health.reading import breakdown


class ScoreList(ListPage):
    action = policies.VIEW
    title = _("Health scores")
    filterset = ScorePageFilter
    table = tables.ScoreTable
    empty = _("No score yet. Scores are computed when a month is computed or closed.")

    def rows(self) -> QuerySet[HealthScore]:
        found = queries.scores(actor=self.actor)
        if self.request.GET.get("months") == "all":
            return found
        return found.filter(period=period.picked(self.request).first)


class ScoreDetail(DetailPage):
    action = policies.VIEW
    query = queries.all_revisions
    template_name = "health/score_detail.html"

    def page_title(self) -> str:
        return f"{self.object.dealer} · {self.object.period:%Y-%m}"

    def context(self) -> dict[str, Any]:
        return {
            "grade": tables.grade_badge(self.object),
            "light": tables.light_of(self.object),
            "dimensions": breakdown(self.object),
            "revisions": queries.all_revisions(actor=self.actor)
            .filter(dealer=self.object.dealer, period=self.object.period)
            .order_by("revision"),
        }
