"""Columns and filters of the audit trail of the network, for page, API and export."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import ANONYMOUS, Actor, Scope
from apps.core.imports import lookups
from apps.core.kit.tables import Column, Table
from apps.core.models import AuditEvent

READER = Actor(user_id=0, label="", scope=Scope(everything=True))
"""Who the table speaks to: only those who may read everything open it."""
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def changes(event: AuditEvent) -> str:
    """What became of the fields, in one text."""
    return "; ".join(str(each) for each in trail.differences(event, actor=READER))


def _short(event: AuditEvent) -> str:
    return Truncator(changes(event)).chars(60)


def _detail(event: AuditEvent) -> str:
    return reverse("core:audit-detail", args=[event.pk])


class AuditTable(Table):
    """Who changed what."""

    columns = (
        Column("at", _("When"), "datetime", link=_detail, sort="at"),
        Column("actor", _("Who"), value=lambda event: trail.who(event, actor=READER), sort="actor_label"),
        Column("on_behalf_of", _("On behalf of"), phone=False, export_only=True),
        Column("action", _("What"), value=trail.what),
        Column(
            "kind", _("Kind of object"), value=lambda event: trail.kind_of(event.object_type), phone=False
        ),
        Column("object", _("Object"), "long", value=lambda event: event.object_label or event.object_id),
        Column("object_id", _("Number of the object"), "code", export_only=True),
        Column("short", _("Changes"), "long", value=_short),
        Column("changes", _("Changes in full"), value=changes, export_only=True),
        Column("request_id", _("Request id"), "code", export_only=True),
        Column("digest", _("Hash"), "code", value=lambda event: event.digest.hex(), export_only=True),
    )
    order_by = ("-id",)


def _kinds() -> list[tuple[str, str]]:
    return trail.kinds()


def _actions() -> list[tuple[str, str]]:
    return sorted(trail.named_actions().items(), key=lambda pair: pair[1])


class AuditFilter(django_filters.FilterSet):
    """By person, action, object, dealer, days and request."""

    actor = django_filters.CharFilter(label=_("Who"), method="by_actor")
    action = django_filters.ChoiceFilter(label=_("What"), choices=_actions)
    kind = django_filters.ChoiceFilter(label=_("Kind of object"), field_name="object_type", choices=_kinds)
    object = django_filters.CharFilter(label=_("Object"), method="by_object")
    dealer = django_filters.CharFilter(label=_("Dealer"), method="by_dealer")
    since = django_filters.DateFilter(label=_("From day"), method="since_day", widget=_DAY)
    until = django_filters.DateFilter(label=_("To day"), method="until_day", widget=_DAY)
    request_id = django_filters.CharFilter(label=_("Request id"), field_name="request_id")

    class Meta:
        model = AuditEvent
        fields: list[str] = []

    def by_actor(self, rows: QuerySet[AuditEvent], name: str, value: str) -> QuerySet[AuditEvent]:
        return rows.filter(Q(actor_label__icontains=value) | Q(on_behalf_of__icontains=value))

    def by_object(self, rows: QuerySet[AuditEvent], name: str, value: str) -> QuerySet[AuditEvent]:
        return rows.filter(Q(object_label__icontains=value) | Q(object_id=value))

    def by_dealer(self, rows: QuerySet[AuditEvent], name: str, value: str) -> QuerySet[AuditEvent]:
        actor = getattr(self.request, "actor", ANONYMOUS)
        found = lookups.get("dealer").resolve([value], actor)
        return rows.filter(dealer_id__in=found.values())

    def since_day(self, rows: QuerySet[AuditEvent], name: str, value: date) -> QuerySet[AuditEvent]:
        return rows.filter(at__gte=_midnight(value))

    def until_day(self, rows: QuerySet[AuditEvent], name: str, value: date) -> QuerySet[AuditEvent]:
        return rows.filter(at__lt=_midnight(value) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
