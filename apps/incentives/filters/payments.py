from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from apps.incentives.models import Payment, PaymentBatch
from apps.incentives.models.payments import BATCH_STATES, FORMS, PAYMENT_STATES


class BatchFilter(django_filters.FilterSet):
    """Batches by form and state."""

    form = django_filters.ChoiceFilter(choices=FORMS, label=_("Paid by"))
    state = django_filters.ChoiceFilter(choices=BATCH_STATES, label=_("Status"))

    class Meta:
        model = PaymentBatch
        fields = ("form", "state")


class PaymentFilter(django_filters.FilterSet):
    """Payments by dealer, batch, form, state and day."""

    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    batch = django_filters.CharFilter(field_name="batch__number", lookup_expr="iexact", label=_("Batch no."))
    form = django_filters.ChoiceFilter(field_name="batch__form", choices=FORMS, label=_("Paid by"))
    state = django_filters.ChoiceFilter(choices=PAYMENT_STATES, label=_("Status"))
    since = django_filters.DateFilter(field_name="paid_on", lookup_expr="gte", label=_("Paid from"))
    until = django_filters.DateFilter(field_name="paid_on", lookup_expr="lte", label=_("Paid until"))

    class Meta:
        model = Payment
        fields = ("dealer", "batch", "form", "state", "since", "until")
