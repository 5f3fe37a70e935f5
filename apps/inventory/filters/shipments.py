from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import SHIPMENT_STATES, Reservation, Shipment
from apps.inventory.rules import ShipmentState
from apps.vehicles import queries as vehicles

_OPEN = Q(arrived_on__isnull=True, cancelled_on__isnull=True)
_STATES = {
    ShipmentState.ALLOCATED: _OPEN & Q(shipped_on__isnull=True),
    ShipmentState.IN_TRANSIT: _OPEN & Q(shipped_on__isnull=False),
    ShipmentState.RECEIVED: Q(arrived_on__isnull=False),
    ShipmentState.CANCELLED: Q(cancelled_on__isnull=False),
}
LATE, EXCEPTION = "late", "exception"
_WATCHED = [(LATE, _("Overdue")), (EXCEPTION, _("Exception without an answer"))]


class ShipmentFilter(django_filters.FilterSet):
    """One filter for vehicles on the way on page, API and export."""

    state = django_filters.ChoiceFilter(choices=SHIPMENT_STATES, method="by_state", label=_("State"))
    watch = django_filters.ChoiceFilter(choices=_WATCHED, method="by_watch", label=_("To be watched"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )
    vin = django_filters.CharFilter(method="by_vin", label="VIN")
    order_no = django_filters.CharFilter(lookup_expr="istartswith", label=_("Order number"))
    carrier = django_filters.CharFilter(lookup_expr="icontains", label=_("Carrier"))

    class Meta:
        model = Shipment
        fields = ("state", "watch", "dealer", "vin", "order_no", "carrier")

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Shipments that have come so far."""
        return rows.filter(_STATES[ShipmentState(value)])

    def by_watch(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Shipments past their promised or expected day, or with an exception nobody answered."""
        if value == EXCEPTION:
            return rows.filter(answer_due_at__isnull=False, answered_at__isnull=True)
        today = timezone.localdate()
        due = Q(promised_on__lt=today) | Q(eta_on__lt=today)
        came = Q(arrived_on__gt=F("promised_on")) | Q(arrived_on__gt=F("eta_on"))
        return rows.filter((_OPEN & due) | came)

    def by_vin(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The vehicle; the start of the VIN or its last characters are enough."""
        return rows.filter(vehicles.vin_like(value))


class ReservationFilter(django_filters.FilterSet):
    """One filter for reservations."""

    order_no = django_filters.CharFilter(lookup_expr="istartswith", label=_("Order number"))
    dealer = django_filters.CharFilter(
        field_name="dealer__code", lookup_expr="iexact", label=_("Dealer code")
    )

    class Meta:
        model = Reservation
        fields = ("order_no", "dealer")
