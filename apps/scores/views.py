from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import ListPage
from apps.scores import policies, queries, tables
from apps.scores.filters import ScoreFilter


class ScoreList(ListPage):
    action = policies.VIEW
    title = _("Delivered scores")
    query = queries.scores
    filterset = ScoreFilter
    table = tables.ScoreTable
    empty = _("No score yet. Import a table of audit or survey results, or let another system send them.")
