from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.ledger.models import ACCOUNT_KINDS, ENTRY_KINDS, RECEIPT_STATES, Account, BankReceipt, Posting
from apps.ledger.rules import CLAIMS

OWN_KINDS = [(code, label) for code, label in ACCOUNT_KINDS if code in CLAIMS]

YES_NO = [("true", _("Yes")), ("false", _("No"))]


class AccountFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    kind = django_filters.ChoiceFilter(choices=OWN_KINDS, label=_("Account"))
    frozen = django_filters.ChoiceFilter(choices=YES_NO, label=_("Account frozen"))

    class Meta:
        model = Account
        fields = ("dealer", "kind", "frozen")


class PostingFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    account = django_filters.ChoiceFilter(choices=OWN_KINDS, field_name="account__kind", label=_("Account"))
    kind = django_filters.ChoiceFilter(choices=ENTRY_KINDS, field_name="entry__kind", label=_("Kind"))
    since = django_filters.DateFilter(
        field_name="entry__occurred_on", lookup_expr="gte", label=_("From the day")
    )
    until = django_filters.DateFilter(
        field_name="entry__occurred_on", lookup_expr="lte", label=_("To the day")
    )

    class Meta:
        model = Posting
        fields = ("dealer", "account", "kind", "since", "until")


class ReceiptFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    state = django_filters.ChoiceFilter(choices=RECEIPT_STATES, label=_("State"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    payer = django_filters.CharFilter(lookup_expr="icontains", label=_("Payer"))
    since = django_filters.DateFilter(field_name="paid_on", lookup_expr="gte", label=_("From the day"))
    until = django_filters.DateFilter(field_name="paid_on", lookup_expr="lte", label=_("To the day"))
    source = django_filters.CharFilter(lookup_expr="exact", label=_("Source"))

    class Meta:
        model = BankReceipt
        fields = ("state", "dealer", "payer", "since", "until", "source")
