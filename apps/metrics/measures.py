"""How disciplined a dealer reports: the feeds it owes for a month, and those that came on time."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.utils.translation import gettext_lazy as _

from apps.core.kit.tables import Column
from apps.dealers.models import Dealer
from apps.kernel.formula import Kind
from apps.kernel.kpi import Unit
from apps.kernel.period import Month
from apps.metrics import membership
from apps.metrics.models import FeedStatus
from apps.metrics.registry import Measure, registry


def feeds_due(month: Month) -> QuerySet[Dealer]:
    """The dealers of a month, each with the number of feeds it owes."""
    return membership.members(month).annotate(due=Value(len(registry.feeds)))


def feeds_on_time(month: Month) -> QuerySet[FeedStatus]:
    """The feeds of a month that first came by their due day."""
    on_time = Q(pk__isnull=True)
    for feed, limit in membership.deadlines(month).items():
        on_time |= Q(feed=feed, first_reported_at__lt=limit)
    return FeedStatus.objects.filter(on_time, period=month.first)


registry.measure(
    Measure(
        code="metrics.feeds_due",
        label=_("Feeds due"),
        kind=Kind.FLOW,
        unit=Unit.NUMBER,
        facts=feeds_due,
        aggregate=Sum("due"),
        feed=None,
        dealer="id",
        columns=(
            Column("code", _("Dealer code"), kind="code"),
            Column("name", _("Dealer")),
            Column("due", _("Feeds due"), kind="units"),
        ),
    )
)
registry.measure(
    Measure(
        code="metrics.feeds_on_time",
        label=_("Feeds on time"),
        kind=Kind.FLOW,
        unit=Unit.NUMBER,
        facts=feeds_on_time,
        aggregate=Count("pk"),
        feed=None,
        columns=(
            Column("feed", _("Feed"), value=lambda row: registry.feeds[row.feed].label),
            Column("state", _("State"), value=lambda row: row.get_state_display()),
            Column("first_reported_at", _("First reported at"), kind="datetime"),
            Column("source", _("Source")),
        ),
    )
)
