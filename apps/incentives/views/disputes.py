"""Disputes: opened by the dealer car by car, answered, and answered once more by another person."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import DetailPage, ListPage, ObjectFormPage
from apps.incentives import policies, services
from apps.incentives.filters import statements as filters
from apps.incentives.forms import statements as forms
from apps.incentives.queries import outside
from apps.incentives.queries import statements as queries
from apps.incentives.rules.settling import WAITING, ItemState
from apps.incentives.tables import statements as tables

MOST_CARS = 20


class DisputeList(ListPage):
    action = policies.VIEW
    title = _("Disputes")
    query = queries.disputes
    filterset = filters.DisputeFilter
    table = tables.DisputeTable
    empty = _("No dispute. A dealer opens one on the page of a published statement.")


class DisputeDetail(DetailPage):
    action = policies.VIEW
    query = queries.disputes
    template_name = "incentives/dispute_detail.html"

    def context(self) -> dict[str, Any]:
        may_answer, may_appeal = self.actor.may(policies.DECIDE), self.actor.may(policies.DISPUTE)
        paid = queries.settled_since(self.object, actor=self.actor)
        return {
            "subtitle": f"{self.object.dealer.code} {self.object.dealer}",
            "badge": tables.dispute_badge(self.object),
            "items": [
                {
                    "item": each,
                    "badge": tables.item_badge(each),
                    "why": tables.why(each),
                    "paid": paid.get(each.pk),
                    "answer": may_answer
                    and each.state in WAITING
                    and not (each.state == ItemState.ESCALATED and each.first_by_id == self.actor.user_id),
                    "appeal": may_appeal and each.state == ItemState.REJECTED,
                }
                for each in self.object.items.all()
            ],
        }


class DisputeOpen(ObjectFormPage):
    """Opens a dispute about a statement; wrong kinds of documents are refused here and now."""

    action = policies.DISPUTE
    query = queries.statements
    form_class = forms.DisputeForm
    template_name = "incentives/dispute_open.html"
    submit_label = _("Send the dispute")
    success = _("The dispute is sent. You are told when it is answered.")

    def page_title(self) -> str:
        return str(_("Dispute a statement"))

    def context(self) -> dict[str, Any]:
        return {"subtitle": str(self.object), "vin": self.request.GET.get("vin", ""), "more": self.more}

    @cached_property
    def cars(self) -> list[Any]:
        """The cars that can be disputed: those asked for by VIN, else the first that have a line."""
        rows: Any = queries.disputable(actor=self.actor, statement=self.object)
        vin = self.request.GET.get("vin", "").strip()
        left_out: Any = ()
        if vin:
            rows = rows.filter(vin__iendswith=vin)
            left_out = outside.disputable(actor=self.actor, statement=self.object)
            left_out = left_out.filter(vin__iendswith=vin)[:MOST_CARS]
        return [
            *(forms.DisputedCar(each.vin, each.code, delivery_id=each.pk) for each in left_out),
            *(
                forms.DisputedCar(each.vin, each.code, each.cure, line_id=each.pk)
                for each in rows[:MOST_CARS]
            ),
        ]

    @property
    def more(self) -> bool:
        """Whether there may be cars to dispute that are only found by their VIN."""
        return bool(self.object.out_of_scope) or self.object.excluded + self.object.pending > MOST_CARS

    def form_options(self) -> dict[str, Any]:
        return {"cars": self.cars, "accepted": self.object.version.read.accepted_documents}

    def initial(self) -> dict[str, Any]:
        row = self.object
        asked = self.cars[:1] if len(self.cars) == 1 else ()  # the only one is meant
        return {
            "expected_amount": (row.amount or 0) + (row.curable_amount or 0),
            **{f"car_{services.key_of(car)}": True for car in asked},
        }

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.shown_form: Any = super().form(data, files)
        return self.shown_form

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.open_dispute(
            statement=self.object, claim=self.shown_form.claim(), actor=self.actor, now=timezone.now()
        )
        return reverse("incentives:dispute-detail", kwargs={"pk": made.pk})


class ItemAnswer(ObjectFormPage):
    action = policies.DECIDE
    query = queries.items
    form_class = forms.AnswerForm
    submit_label = _("Save the decision")
    success = _("The decision is saved and the dealer is told.")

    def context(self) -> dict[str, Any]:
        return {"subtitle": tables.why(self.object)}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.answer(
            item=self.object,
            granted=cleaned["verdict"] == "yes",
            reason=cleaned["reason"],
            actor=self.actor,
            now=timezone.now(),
        )
        return reverse("incentives:dispute-detail", kwargs={"pk": self.object.dispute_id})


class ItemAppeal(ObjectFormPage):
    action = policies.DISPUTE
    query = queries.items
    form_class = forms.AppealForm
    submit_label = _("Ask for the second level")
    success = _("Another person decides now.")

    def context(self) -> dict[str, Any]:
        return {"subtitle": self.object.first_answer}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.escalate(item=self.object, appeal=cleaned["appeal"], actor=self.actor, now=timezone.now())
        return reverse("incentives:dispute-detail", kwargs={"pk": self.object.dispute_id})
