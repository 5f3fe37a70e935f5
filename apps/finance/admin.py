from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from apps.core.kit.admin import AuditedAdmin
from apps.dealers.models import Dealer
from apps.finance.forms import line_choices
from apps.finance.models import CommonAccount, WorkingCapitalStandard


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


class StandardForm(forms.ModelForm):  # type: ignore[type-arg]
    """A standard of the dealer whose code is typed."""

    dealer = forms.ModelChoiceField(
        Dealer.objects.all(), to_field_name="code", widget=forms.TextInput, label=_("Dealer code")
    )

    class Meta:
        model = WorkingCapitalStandard
        fields = ("dealer", "amount", "effective_from")


@admin.register(WorkingCapitalStandard)
class WorkingCapitalStandardAdmin(AuditedAdmin):
    """What the manufacturer asks of each dealer; a new standard is a row with a later start."""

    form: Any = StandardForm
    list_display = ("dealer", "amount", "effective_from")
    list_select_related = ("dealer",)
    search_fields = ("dealer__code", "dealer__name")
    ordering = ("dealer__code", "-effective_from")
