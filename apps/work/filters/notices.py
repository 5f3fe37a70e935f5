from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.work.models import Approval, Correction, Message, Notice, Todo
from apps.work.models.approvals import APPROVAL_STATES
from apps.work.models.notices import CHANNEL_CHOICES, MESSAGE_STATES
from apps.work.models.remarks import CORRECTION_STATES
from apps.work.models.todos import TODO_STATES


class NoticeFilter(django_filters.FilterSet):
    """One filter for notices on page and API."""

    unread = django_filters.BooleanFilter(method="by_unread", label=_("New"))

    class Meta:
        model = Notice
        fields = ("unread",)

    def by_unread(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Notices that were read, or were not."""
        return rows.filter(read_at__isnull=value)


class MessageFilter(django_filters.FilterSet):
    """One filter for the outbox."""

    channel = django_filters.ChoiceFilter(choices=CHANNEL_CHOICES[1:], label=_("Channel"))
    state = django_filters.ChoiceFilter(choices=MESSAGE_STATES, label=_("State"))
    to = django_filters.CharFilter(
        field_name="user__display_name", lookup_expr="icontains", label=_("Recipient")
    )

    class Meta:
        model = Message
        fields = ("channel", "state", "to")


class CorrectionFilter(django_filters.FilterSet):
    """One filter for correction requests on page and API."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    state = django_filters.ChoiceFilter(choices=CORRECTION_STATES, label=_("State"))

    class Meta:
        model = Correction
        fields = ("dealer", "state")


class TodoFilter(django_filters.FilterSet):
    """One filter for to-dos."""

    state = django_filters.ChoiceFilter(choices=TODO_STATES, label=_("State"))

    class Meta:
        model = Todo
        fields = ("state",)


class ApprovalFilter(django_filters.FilterSet):
    """One filter for approvals."""

    state = django_filters.ChoiceFilter(choices=APPROVAL_STATES, label=_("State"))

    class Meta:
        model = Approval
        fields = ("state",)
