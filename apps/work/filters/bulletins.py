from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.work.models import Bulletin

TO_READ = [("yes", _("To be read")), ("no", _("Read"))]


class BulletinFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    title = django_filters.CharFilter(lookup_expr="icontains", label=_("Title"))
    mine = django_filters.ChoiceFilter(method="by_reading", choices=TO_READ, label=_("My reading"))

    class Meta:
        model = Bulletin
        fields = ("title", "mine")

    def by_reading(self, rows: QuerySet[Bulletin], name: str, value: str) -> QuerySet[Bulletin]:
        """What the reader still has to confirm, or the rest."""
        return rows.filter(to_read=value == "yes")
