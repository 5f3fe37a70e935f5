from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.ledger.models import (
    ACCOUNT_KINDS,
    ENTRY_KINDS,
    NOTE_STATES,
    RECEIPT_STATES,
    TRANSFER_STATES,
    Account,
    BankReceipt,
    CreditNote,
    Entry,
    Posting,
    WalletTransfer,
)
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


class TransferFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    state = django_filters.ChoiceFilter(choices=TRANSFER_STATES, label=_("State"))
    dealer = django_filters.CharFilter(method="of_dealer", label=_("Dealer code"))
    since = django_filters.DateFilter(field_name="asked_at", lookup_expr="date__gte", label=_("From the day"))
    until = django_filters.DateFilter(field_name="asked_at", lookup_expr="date__lte", label=_("To the day"))

    class Meta:
        model = WalletTransfer
        fields = ("state", "dealer", "since", "until")

    def of_dealer(self, rows: QuerySet[WalletTransfer], name: str, value: str) -> QuerySet[WalletTransfer]:
        """What a dealer gives or gets; by the labels, since either may be out of sight."""
        code = f"{value.strip()} "
        return rows.filter(Q(from_label__istartswith=code) | Q(to_label__istartswith=code))


class NoteFilter(django_filters.FilterSet):
    """One filter for page, API and export."""

    state = django_filters.ChoiceFilter(choices=NOTE_STATES, label=_("State"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    number = django_filters.CharFilter(
        field_name="invoice_number", lookup_expr="icontains", label=_("Red-letter invoice no.")
    )
    since = django_filters.DateFilter(field_name="issued_on", lookup_expr="gte", label=_("From the day"))
    until = django_filters.DateFilter(field_name="issued_on", lookup_expr="lte", label=_("To the day"))

    class Meta:
        model = CreditNote
        fields = ("state", "dealer", "number", "since", "until")


class PayoutFilter(django_filters.FilterSet):
    """One filter for page and export."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    since = django_filters.DateFilter(field_name="occurred_on", lookup_expr="gte", label=_("From the day"))
    until = django_filters.DateFilter(field_name="occurred_on", lookup_expr="lte", label=_("To the day"))

    class Meta:
        model = Entry
        fields = ("dealer", "since", "until")
