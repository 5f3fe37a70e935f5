"""What has come and what is missing, and the nil return of a month without anything to report."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from apps.core.kit import period
from apps.core.kit.pages import Button, ConfirmPage, ListPage
from apps.dealers import queries as dealers
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.metrics import policies, queries, services, tables
from apps.metrics.filters import MatrixFilter
from apps.metrics.registry import Feed, registry
from apps.metrics.rules import due_on
from apps.metrics.views.reading import month_of

SHOWN_MONTHS = 3


class FeedList(ListPage):
    action = policies.VIEW
    title = _("Data completeness")
    template_name = "metrics/feed_list.html"
    empty = _("No dealer of yours existed in this month.")
    buttons = (Button(_("Due days of feeds"), "metrics:feed-settings", policies.CONFIGURE, "calendar-due"),)

    @cached_property
    def month(self) -> Month:
        """The last month of the matrix."""
        return period.picked(self.request)

    @cached_property
    def months(self) -> list[Month]:
        """The months of the matrix, the oldest first."""
        return [self.month.shift(-back) for back in reversed(range(SHOWN_MONTHS))]

    def rows(self) -> QuerySet[Dealer]:
        return queries.completeness(actor=self.actor, months=self.months)

    def _filtered(self) -> FilterSet:
        bound = MatrixFilter(self.request.GET, queryset=self.rows(), request=self.request, month=self.month)
        bound.form.is_valid()
        return bound

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        may = self.actor.may(policies.NIL)
        self.table = tables.matrix_table(list(registry.feeds.values()), self.months, may)
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        counts = queries.feed_counts(actor=self.actor, month=self.month)
        return {
            "month": self.month,
            "counts": [
                {"count": each, "due_on": due_on(self.month, each.due_day), "url": self._lacking(each.feed)}
                for each in counts
            ],
        }

    def _lacking(self, feed: Feed) -> str:
        return reverse("metrics:feed-list") + f"?period={self.month}&lacking={feed.code}"


class DeclareNil(ConfirmPage):
    action = policies.NIL
    title = _("Nil return")
    query = dealers.dealers
    lookup = "code"
    submit_label = _("There was nothing to report")
    success = _("Noted: nothing to report.")

    @cached_property
    def month(self) -> Month:
        """The month of the address."""
        return month_of(self.kwargs["month"])

    @cached_property
    def feed(self) -> Feed:
        """The feed of the address, or 404."""
        if self.kwargs["feed"] not in registry.feeds:
            raise Http404
        return registry.feeds[self.kwargs["feed"]]

    def page_title(self) -> str:
        return str(self.title)

    @property
    def question(self) -> str:  # type: ignore[override]
        return _now("Declare that %(dealer)s had no %(feed)s in %(month)s?") % {
            "dealer": self.object,
            "feed": self.feed.label,
            "month": self.month,
        }

    def act(self) -> str:
        services.declare_nil(
            dealer=self.object, month=self.month, feed=self.feed.code, actor=self.actor, now=timezone.now()
        )
        return reverse("metrics:feed-list") + f"?period={self.month}"
