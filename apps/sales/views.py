from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.imports import deciding
from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.sales import forms, policies, queries, rules, services, tables
from apps.sales.filters import DeliveryFilter, EvidenceFilter, SharedFilter
from apps.sales.models import RetailDelivery
from apps.vehicles import holds


class DeliveryList(ListPage):
    action = policies.VIEW
    title = _("Retail deliveries")
    query = queries.deliveries
    filterset = DeliveryFilter
    table = tables.DeliveryTable
    empty = _("No delivery yet. Enter one, import a table, or let your DMS send them.")
    buttons = (Button(_("Enter a delivery"), "sales:delivery-enter", policies.RECORD, "plus", True),)


class DeliveryDetail(DetailPage):
    action = policies.VIEW
    query = queries.deliveries
    template_name = "sales/delivery_detail.html"
    buttons = (
        Button(_("Correct"), "sales:delivery-correct", policies.CORRECT, "edit"),
        Button(_("Take back"), "sales:delivery-return", policies.CORRECT, "arrow-back-up"),
    )

    def head_buttons(self) -> list[dict[str, Any]]:
        return super().head_buttons() if queries.may_be_changed(self.object, self.chain) else []

    def context(self) -> dict[str, Any]:
        return {
            "blocks": tables.facts_of(self.object),
            "chain": tables.ChainTable(self.chain),
            "shared": self.object.credit < rules.WHOLE,
            **self._split(),
            "hold": holds.hold_on(self.object.vin, self.object.occurred_on),
        }

    def _split(self) -> dict[str, Any]:
        """Who else reported the car and how it is split, for who may split it."""
        if not (self.actor.may(policies.SPLIT) and self.object.vin):
            return {}
        held = services.holdings([self.object.vin], self.actor)
        rows = held.own.get(self.object.vin, [])
        return {
            "holders": tables.HolderTable(rows) if len(rows) > 1 or self._is_shared(rows) else None,
            "outside": self.object.vin in held.outside,
            "may_split": len(rows) > 1 and self.object in rows,
            "may_withdraw": self._is_shared(rows) and self.object in rows,
        }

    @staticmethod
    def _is_shared(rows: Sequence[RetailDelivery]) -> bool:
        return any(row.credit < rules.WHOLE for row in rows)

    @cached_property
    def chain(self) -> list[RetailDelivery]:
        """Everything that belongs to the delivery, oldest first."""
        return list(queries.chain(self.object, actor=self.actor))


class DeliveryEnter(FormPage):
    action = policies.RECORD
    title = _("Enter a delivery")
    form_class = forms.DeliveryForm
    submit_label = _("Save the delivery")
    success = _("The delivery is recorded.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        row = self.shown_form.as_row() | {"external_id": services.new_external_id()}
        made = services.enter(row=row, actor=self.actor, now=timezone.now())
        return reverse("sales:delivery-detail", kwargs={"pk": made.pk})


class DeliveryCorrect(ObjectFormPage):
    action = policies.CORRECT
    query = queries.deliveries
    form_class = forms.DeliveryForm
    submit_label = _("Correct the delivery")
    success = _("The delivery is corrected; the wrong entry stays visible with its counter-entry.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return forms.initial_of(self.object)

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.correct(
            delivery=self.object, changes=self.shown_form.as_row(), actor=self.actor, now=timezone.now()
        )
        return reverse("sales:delivery-detail", kwargs={"pk": made.pk})


class DeliveryReturn(ObjectFormPage):
    action = policies.CORRECT
    query = queries.deliveries
    form_class = forms.ReturnForm
    submit_label = _("Take the car back")
    success = _("The return is recorded as a new fact.")

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.record_return(delivery=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("sales:delivery-detail", kwargs={"pk": made.pk})


class SharedList(ListPage):
    action = policies.SPLIT
    title = _("Cars reported by several stores")
    query = queries.shared_cars
    filterset = SharedFilter
    table = tables.SharedTable
    empty = _("No car was reported by several stores. Nothing is counted twice.")


class DeliverySplit(ObjectFormPage):
    action = policies.SPLIT
    query = queries.deliveries_to_split
    form_class = forms.SplitForm
    title = _("Split the car")
    submit_label = _("Split the car")
    success = _("The car is split; each store counts its share.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object.vin}"

    def form_options(self) -> dict[str, Any]:
        return {"held": services.holdings([self.object.vin], self.actor).own.get(self.object.vin, [])}

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        rows = self.shown_form.rows()
        services.record_splits(rows=rows, source=services.PAGE, actor=self.actor, now=timezone.now())
        return _newest_url(self.object)


class DeliveryUnsplit(ObjectFormPage):
    action = policies.SPLIT
    query = queries.deliveries_to_split
    form_class = forms.UnsplitForm
    title = _("Withdraw the split")
    submit_label = _("Withdraw the split")
    success = _("The split is withdrawn; the car counts in full at each store again.")

    def page_title(self) -> str:
        return f"{self.title} · {self.object.vin}"

    def save(self, cleaned: dict[str, Any]) -> str:
        services.withdraw_split(
            vin=self.object.vin, note=cleaned["note"], actor=self.actor, now=timezone.now()
        )
        return _newest_url(self.object)


def _newest_url(delivery: RetailDelivery) -> str:
    return reverse("sales:delivery-detail", kwargs={"pk": queries.newest(delivery).pk})


class EvidenceList(ListPage):
    action = policies.VIEW
    title = _("Evidence of sales")
    query = queries.evidence
    filterset = EvidenceFilter
    table = tables.EvidenceTable
    empty = _("No document yet. Record one, import a table, or let another system send them.")
    buttons = (Button(_("Record a document"), "sales:evidence-enter", policies.EVIDENCE, "plus", True),)


class EvidenceDetail(DetailPage):
    action = policies.VIEW
    query = queries.evidence
    template_name = "kit/detail.html"
    buttons = (Button(_("Withdraw"), "sales:evidence-withdraw", policies.WITHDRAW, "arrow-back-up"),)

    def context(self) -> dict[str, Any]:
        return {"blocks": tables.facts_of_evidence(self.object)}


class EvidenceEnter(FormPage):
    action = policies.EVIDENCE
    title = _("Record a document")
    form_class = forms.EvidenceForm
    submit_label = _("Save the document")
    success = _("The document is recorded.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {
            name: self.request.GET[name] for name in ("dealer", "vin", "kind") if name in self.request.GET
        }

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.enter_evidence(
            row=self.shown_form.as_row(),
            paper=self.shown_form.paper(),
            source=deciding.scoped_source(services.PAGE, self.actor),
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("sales:evidence-detail", kwargs={"pk": made.pk})


class EvidenceWithdraw(ObjectFormPage):
    action = policies.WITHDRAW
    query = queries.evidence
    form_class = forms.WithdrawForm
    submit_label = _("Withdraw")
    success = _("The document is withdrawn; it stays visible with who withdrew it.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.withdraw_evidence(
            evidence=self.object, note=cleaned["note"], actor=self.actor, now=timezone.now()
        )
        return reverse("sales:evidence-detail", kwargs={"pk": self.object.pk})
