from typing import Any

from django import forms
from django.contrib import admin

from apps.core.kit.admin import AuditedAdmin
from apps.finance.forms import line_choices
from apps.finance.models import CommonAccount


class CommonAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account with the line it goes to, chosen by name."""

    line = forms.ChoiceField(choices=line_choices)

    class Meta:
        model = CommonAccount
        fields = ("account", "name", "line")


@admin.register(CommonAccount)
class CommonAccountAdmin(AuditedAdmin):
    """The common chart of accounts: what holds for every store that did not map the account itself."""

    form: Any = CommonAccountForm
    list_display = ("account", "name", "line")
    search_fields = ("account", "name")
    ordering = ("account",)
