from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.work.filters.activities import DayFilter
from apps.work.models import Attendance
from apps.work.models.meetings import REPLIES


class AttendanceFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    meeting = django_filters.NumberFilter(field_name="activity", label=_("Number of the meeting"))
    reply = django_filters.ChoiceFilter(
        choices=[(code or "open", label) for code, label in REPLIES], method="replied", label=_("Reply")
    )
    since = DayFilter(field_name="held_on", lookup_expr="gte", label=_("From day"))
    until = DayFilter(field_name="held_on", lookup_expr="lte", label=_("To day"))

    class Meta:
        model = Attendance
        fields = ("reply", "since", "until")

    def replied(self, rows, name, value):
        return rows.filter(reply="" if value == "open" else value)


class InvitationFilter(AttendanceFilter):
    """What narrows one's own invitations."""

    meeting = None
