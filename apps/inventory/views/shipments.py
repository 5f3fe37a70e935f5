from __future__ import annotations

from typing import Any, ClassVar

from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, ListPage, ObjectFormPage
from apps.inventory import policies, queries, services
from apps.inventory.filters import shipments as filters
from apps.inventory.forms import shipments as forms
from apps.inventory.rules import Inspection, ShipmentState
from apps.inventory.tables import shipments as tables

_RECEIVE = Button(_("Receive"), "inventory:shipment-receive", policies.RECORD, "truck-delivery", True)
_CANCEL = Button(_("Cancel the shipment"), "inventory:shipment-cancel", policies.SHIP, "x")
_ANSWER = Button(_("Answer the exception"), "inventory:shipment-answer", policies.SHIP, "message-reply", True)


class ShipmentList(ListPage):
    """Vehicles allocated to dealers and on their way."""

    action = policies.VIEW
    title = _("Vehicles on the way")
    query = queries.shipments
    filterset = filters.ShipmentFilter
    table = tables.ShipmentTable
    empty = _("No vehicle is on its way. The maker announces shipments by import or API.")


class ShipmentDetail(DetailPage):
    action = policies.VIEW
    query = queries.shipments
    template_name = "kit/detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        row = self.object
        coming = row.state in (ShipmentState.ALLOCATED, ShipmentState.IN_TRANSIT)
        waiting = row.answer_due_at is not None and row.answered_at is None
        return (*((_RECEIVE, _CANCEL) if coming else ()), *((_ANSWER,) if waiting else ()))

    def context(self) -> dict[str, Any]:
        return {"blocks": tables.facts_of_shipment(self.object)}


class ShipmentForm(ObjectFormPage):
    """Something done about a vehicle on its way."""

    query = queries.shipments
    form_class: ClassVar[type[Form]]

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"

    def done(self) -> str:
        """The page of the shipment."""
        return reverse("inventory:shipment-detail", kwargs={"pk": self.object.pk})


class Receive(ShipmentForm):
    action = policies.RECORD
    form_class = forms.ReceiveForm
    submit_label = _("Receive")
    success = _("The inspection is recorded.")

    def initial(self) -> dict[str, Any]:
        return {"arrived_on": timezone.localdate(), "inspection": Inspection.GOOD}

    def save(self, cleaned: dict[str, Any]) -> str:
        found = Inspection(cleaned.pop("inspection"))
        services.receive_shipment(
            shipment=self.object, inspection=found, actor=self.actor, now=timezone.now(), **cleaned
        )
        return self.done()


class AnswerException(ShipmentForm):
    action = policies.SHIP
    form_class = forms.AnswerExceptionForm
    submit_label = _("Answer the exception")
    success = _("The exception is answered; the dealer is told.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.answer_exception(shipment=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return self.done()


class Cancel(ShipmentForm):
    action = policies.SHIP
    form_class = forms.CancelForm
    submit_label = _("Cancel the shipment")
    success = _("The shipment is cancelled.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.cancel_shipment(shipment=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return self.done()


class Reserve(ObjectFormPage):
    action = policies.RESERVE
    query = queries.units
    form_class = forms.ReserveForm
    submit_label = _("Reserve the vehicle")
    success = _("The vehicle is kept for this order.")

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.reserve(unit=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("inventory:unit-detail", kwargs={"pk": self.object.pk})


class ReservationList(ListPage):
    action = policies.VIEW
    title = _("Reserved vehicles")
    query = queries.reservations
    filterset = filters.ReservationFilter
    table = tables.ReservationTable
    empty = _("No vehicle is kept for an order. Open a vehicle in stock to reserve it.")


class Release(ObjectFormPage):
    action = policies.RESERVE
    query = queries.reservations
    form_class = forms.ReleaseForm
    submit_label = _("Release the reservation")
    success = _("The vehicle is free again.")

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object.unit}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.release(reservation=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("inventory:unit-detail", kwargs={"pk": self.object.unit_id})
