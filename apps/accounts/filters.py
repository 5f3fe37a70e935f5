from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import pii, role_names


class UserFilter(django_filters.FilterSet):
    """By name or whole mobile number, role and state."""

    q = django_filters.CharFilter(label=_("Name or mobile number"), method="named")
    role = django_filters.ChoiceFilter(
        label=_("Role"), field_name="assignments__role", choices=role_names.CHOICES, distinct=True
    )
    is_active = django_filters.ChoiceFilter(
        label=_("State"), choices=[("true", _("May log in")), ("false", _("Shut out"))], method="in_state"
    )

    class Meta:
        model = User
        fields: list[str] = []

    def named(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        named = Q(username__icontains=value) | Q(display_name__icontains=value)
        return rows.filter(named | Q(mobile_key=pii.key_of(value, "mobile")))

    def in_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(is_active=value == "true")
