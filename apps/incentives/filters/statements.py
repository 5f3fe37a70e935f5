from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.kit.filters import MonthFilter
from apps.incentives.models import Dispute, DisputeItem, SettlementRun, Statement, StatementLine
from apps.incentives.models.disputes import DISPUTE_REASONS, ITEM_STATES
from apps.incentives.models.statements import LINE_STATUSES, RUN_KINDS, RUN_STATES, STATEMENT_STATES
from apps.sales.models import RetailDelivery


def _code(path: str, label: Any) -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name=path, lookup_expr="iexact", label=label)


class RunFilter(django_filters.FilterSet):
    """Runs by policy, first month of the term, kind and state."""

    policy = _code("policy__code", _("Policy code"))
    month = MonthFilter(field_name="window_first", label=_("Term from"))
    kind = django_filters.ChoiceFilter(choices=RUN_KINDS, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=RUN_STATES, label=_("Status"))

    class Meta:
        model = SettlementRun
        fields = ("policy", "month", "kind", "state")


class StatementFilter(django_filters.FilterSet):
    """Statements by dealer, policy, first month of the term, state and run."""

    dealer = _code("dealer__code", _("Dealer code"))
    policy = _code("policy__code", _("Policy code"))
    month = MonthFilter(field_name="window_first", label=_("Term from"))
    state = django_filters.ChoiceFilter(choices=STATEMENT_STATES, label=_("Status"))
    run = django_filters.NumberFilter(field_name="run_id", label=_("Settlement run"))

    class Meta:
        model = Statement
        fields = ("dealer", "policy", "month", "state", "run")


class CarFilter(django_filters.FilterSet):
    """The cars of a statement by what became of them."""

    status = django_filters.ChoiceFilter(choices=LINE_STATUSES, label=_("Status"))
    code = _code("code", _("Reason code"))
    vin = django_filters.CharFilter(method="by_vin", label="VIN")
    changed = django_filters.ChoiceFilter(
        label=_("Changed against before"), choices=[("true", _("Yes"))], method="only_changed"
    )

    class Meta:
        model = StatementLine
        fields = ("status", "code", "vin")

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The car; the end of its VIN is enough."""
        return rows.filter(vin__iendswith=value.strip())

    def only_changed(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Lines that say something else than the statement before."""
        return rows.exclude(change=0)


class OutsideFilter(django_filters.FilterSet):
    """Cars outside the policy by reason and VIN."""

    code = _code("code", _("Reason code"))
    vin = django_filters.CharFilter(method="by_vin", label="VIN")

    class Meta:
        model = RetailDelivery
        fields = ("vin",)

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The car; the end of its VIN is enough."""
        return rows.filter(vin__iendswith=value.strip())


class DisputeFilter(django_filters.FilterSet):
    """Disputes by dealer, kind, and whether they wait."""

    dealer = _code("dealer__code", _("Dealer code"))
    reason = django_filters.ChoiceFilter(choices=DISPUTE_REASONS, label=_("Kind"))
    open = django_filters.ChoiceFilter(
        label=_("In progress"), choices=[("true", _("Yes")), ("false", _("No"))], method="only_open"
    )

    class Meta:
        model = Dispute
        fields = ("dealer", "reason")

    def only_open(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Disputes that wait for an answer, or those that do not."""
        return rows.filter(closed_at__isnull=value == "true")


class ItemFilter(django_filters.FilterSet):
    """Disputed cars by dealer, VIN and state."""

    dealer = _code("dealer__code", _("Dealer code"))
    vin = _code("vin", "VIN")
    state = django_filters.ChoiceFilter(choices=ITEM_STATES, label=_("Status"))

    class Meta:
        model = DisputeItem
        fields = ("dealer", "vin", "state")
