from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.core.kit.tables import Table
from apps.dealers import queries as dealers
from apps.inventory import policies, queries, services
from apps.inventory.filters import stock as filters
from apps.inventory.forms import stock as forms
from apps.inventory.models import StockUnit
from apps.inventory.rules import MovementKind
from apps.inventory.tables import care
from apps.inventory.tables import stock as tables
from apps.kernel.period import Month


def _unit_url(pk: int) -> str:
    return reverse("inventory:unit-detail", kwargs={"pk": pk})


class StockList(ListPage):
    """The vehicles in stock on a day, with their classes of age."""

    action = policies.VIEW
    title = _("Vehicles in stock")
    template_name = "inventory/stock_list.html"
    query = queries.stock
    filterset = filters.StockFilter
    table = tables.StockTable
    empty = _("No vehicle in stock on this day. Enter arrivals, import a table, or let your DMS send them.")
    buttons = (
        Button(_("Enter an arrival"), "inventory:arrival-enter", policies.RECORD, "plus", True),
        Button(_("Movements"), "inventory:movement-list", policies.VIEW, "arrows-exchange"),
        Button(_("Month-end counts"), "inventory:declaration-list", policies.VIEW, "clipboard-check"),
    )

    @property
    def day(self) -> date:
        """The day asked for, else today."""
        try:
            return parse_date(self.request.GET.get("on", "")) or timezone.localdate()
        except ValueError:
            return timezone.localdate()

    def rows(self) -> QuerySet[StockUnit]:
        return queries.stock(actor=self.actor, on=self.day)

    def context(self) -> dict[str, Any]:
        classes = queries.ageing(self.filter.qs if self.filter else self.rows())
        units, amount = queries.totals(classes)
        return {
            "day": self.day,
            "units": units,
            "amount": amount,
            "chart": tables.ageing_chart(classes),
        }


class MovementList(ListPage):
    action = policies.VIEW
    title = _("Stock movements")
    query = queries.movements
    filterset = filters.MovementFilter
    table = tables.MovementTable
    empty = _("No movement yet.")


class UnitDetail(DetailPage):
    action = policies.VIEW
    query = queries.units
    template_name = "inventory/unit_detail.html"
    buttons = (
        Button(_("Left stock"), "inventory:unit-depart", policies.RECORD, "logout", True),
        Button(_("Reserve"), "inventory:unit-reserve", policies.RESERVE, "bookmark"),
        Button(_("Mark"), "inventory:unit-mark", policies.RECORD, "flag"),
        Button(_("Buy back"), "inventory:unit-buy-back", policies.BUY_BACK, "receipt-refund"),
        Button(_("Transfer"), "inventory:unit-transfer", policies.TRANSFER, "arrows-exchange"),
        Button(_("Offer to a dealer"), "inventory:unit-propose", policies.TRANSFER, "send"),
        Button(_("Missing"), "inventory:unit-adjust", policies.ADJUST, "alert-triangle"),
    )

    def head_buttons(self) -> list[dict[str, Any]]:
        return super().head_buttons() if self.object.gone_on is None else []

    def context(self) -> dict[str, Any]:
        movements = queries.movements_of(self.object, actor=self.actor)
        last = queries.in_force().filter(unit=self.object).order_by("-pk").first()
        may_undo = last is not None and self.actor.may(policies.ADJUST)
        return {
            "marks": queries.marks_of(self.object),
            "sold_stopped": queries.sold_stopped().filter(unit=self.object).first()
            if self.object.gone_on
            else None,
            "may_mark": self.actor.may(policies.RECORD),
            "life": care.LifeTable(queries.life_of(self.object.vin, actor=self.actor)),
            "reservation": queries.reservation_of(self.object.pk),
            "may_release": self.actor.may(policies.RESERVE),
            "blocks": tables.facts_of(self.object),
            "movements": tables.MovementTable(movements),
            "undo_url": reverse("inventory:movement-undo", kwargs={"pk": last.pk})
            if last and may_undo
            else "",
        }


class ArrivalEnter(FormPage):
    action = policies.RECORD
    title = _("Enter an arrival")
    form_class = forms.ArrivalForm
    submit_label = _("Save the arrival")
    success = _("The vehicle is in stock.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        unit = services.enter(row=self.shown_form.as_row(), actor=self.actor, now=timezone.now())
        return _unit_url(unit.pk)


class UnitForm(ObjectFormPage):
    """A form about one vehicle in stock."""

    query = queries.units
    to_unit: ClassVar[bool] = True

    def page_title(self) -> str:
        return f"{self.title} · {self.object}"


class Depart(UnitForm):
    action = policies.RECORD
    title = _("Left stock")
    form_class = forms.DepartureForm
    submit_label = _("Save the departure")
    success = _("The departure is recorded.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.depart(unit=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return _unit_url(self.object.pk)


class Adjust(UnitForm):
    action = policies.ADJUST
    title = _("Missing")
    form_class = forms.AdjustForm
    submit_label = _("Take out of stock")
    success = _("The vehicle is out of stock; the adjustment stays visible.")

    def save(self, cleaned: dict[str, Any]) -> str:
        kind = MovementKind.ADJUSTMENT
        services.depart(
            unit=self.object, kind=kind, actor=self.actor, now=timezone.now(), action=self.action, **cleaned
        )
        return _unit_url(self.object.pk)


class TransferUnit(UnitForm):
    action = policies.TRANSFER
    title = _("Transfer")
    form_class = forms.TransferForm
    submit_label = _("Transfer the vehicle")
    success = _("The vehicle is transferred.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        target = dealers.dealers(actor=self.actor).get(pk=cleaned.pop("dealer"))
        done = services.transfer(
            unit=self.object, to_dealer=target, actor=self.actor, now=timezone.now(), **cleaned
        )
        return _unit_url(done.unit_in_id)


class Propose(UnitForm):
    action = policies.TRANSFER
    title = _("Offer to a dealer")
    form_class = forms.ProposeForm
    submit_label = _("Offer the vehicle")
    success = _("The vehicle is offered; it stays in stock until the other dealer accepts.")

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.propose_transfer(unit=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("inventory:proposal-detail", kwargs={"pk": made.pk})


class Undo(ObjectFormPage):
    action = policies.ADJUST
    query = queries.movements
    form_class = forms.UndoForm
    submit_label = _("Take the movement back")
    success = _("The movement is taken back by a counter-movement.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.undo(movement=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return _unit_url(self.object.unit_id)


class DeclarationList(ListPage):
    action = policies.VIEW
    title = _("Month-end counts")
    query = queries.declarations
    filterset = filters.DeclarationFilter

    @property
    def table(self) -> type[Table]:  # type: ignore[override]
        """With the way to take a count back for those who may."""
        return tables.OwnDeclarationTable if self.actor.may(policies.ADJUST) else tables.DeclarationTable

    empty = _("No count yet. Declare what stood in the yard at month end.")
    buttons = (
        Button(_("Declare a month-end count"), "inventory:declaration-enter", policies.RECORD, "plus", True),
    )


class DeclarationWithdraw(ConfirmPage):
    action = policies.ADJUST
    query = queries.declarations
    question = _("Take this count back? Receipts of the month can be recorded again, then count anew.")
    submit_label = _("Take the count back")
    success = _("The count is taken back.")

    def act(self) -> str:
        services.withdraw_declaration(declaration=self.object, actor=self.actor, now=timezone.now())
        return reverse("inventory:declaration-list")


class DeclarationEnter(FormPage):
    action = policies.RECORD
    title = _("Declare a month-end count")
    form_class = forms.DeclarationForm
    submit_label = _("Declare")
    success = _("The count agrees with the book and is declared.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        dealer_id, month = cleaned.pop("dealer"), Month.of(cleaned.pop("month"))
        services.declare_stock(
            dealer_id=dealer_id, month=month, lines=cleaned, actor=self.actor, now=timezone.now()
        )
        return reverse("inventory:declaration-list")
