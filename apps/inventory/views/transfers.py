from __future__ import annotations

from typing import Any, ClassVar

from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, ListPage, ObjectFormPage
from apps.inventory import policies, queries, services
from apps.inventory.filters import stock as filters
from apps.inventory.forms import transfers as forms
from apps.inventory.rules import ANSWERS, Answer
from apps.inventory.tables import stock as tables


class TransferList(ListPage):
    action = policies.VIEW
    title = _("Transfers between dealers")
    query = queries.transfers
    filterset = filters.TransferFilter
    table = tables.TransferTable
    empty = _("No transfer yet. Open a vehicle in stock to transfer it.")
    buttons = (Button(_("Transfer desk"), "inventory:transfer-desk", policies.VIEW, "arrows-exchange"),)


class ProposalList(ListPage):
    action = policies.VIEW
    title = _("Proposed transfers")
    query = queries.proposals
    filterset = filters.ProposalFilter
    table = tables.ProposalTable
    empty = _("No vehicle was offered yet. Open a vehicle in stock to offer it to another dealer.")


class ProposalDetail(DetailPage):
    """An offer with the answers this actor may give, as the table of answers has them."""

    action = policies.VIEW
    query = queries.proposals
    template_name = "kit/detail.html"
    answers: ClassVar[dict[Answer, Button]] = {
        Answer.CONFIRM: Button(_("Confirm"), "inventory:proposal-confirm", policies.TRANSFER, "check", True),
        Answer.ACCEPT: Button(_("Accept"), "inventory:proposal-accept", policies.TRANSFER, "check", True),
        Answer.AGREE: Button(_("Agree, to be sent"), "inventory:proposal-agree", policies.TRANSFER, "check"),
        Answer.SHIP: Button(_("Send"), "inventory:proposal-ship", policies.TRANSFER, "truck", True),
        Answer.DECLINE: Button(_("Decline"), "inventory:proposal-decline", policies.TRANSFER, "x"),
        Answer.WITHDRAW: Button(_("Withdraw the offer"), "inventory:proposal-withdraw", policies.TRANSFER),
    }

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        own = queries.parties(self.object, actor=self.actor)
        return tuple(
            button
            for answer, button in self.answers.items()
            if (self.object.state, answer) in ANSWERS and ANSWERS[self.object.state, answer][1] in own
        )

    def context(self) -> dict[str, Any]:
        return {"blocks": tables.facts_of_proposal(self.object)}


class ProposalForm(ObjectFormPage):
    """An answer to an offer, or to all offers made together."""

    action = policies.TRANSFER
    query = queries.proposals
    form_class: ClassVar[type[Form]] = forms.AnswerForm
    answer: ClassVar[Answer]

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object.vehicle_text}"

    def form_options(self) -> dict[str, Any]:
        return {"others": queries.lot_of(self.object).count() - 1 if self.object.lot else 0}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.answer_transfer(
            proposal=self.object, answer=self.answer, actor=self.actor, now=timezone.now(), **cleaned
        )
        return self.done()

    def done(self) -> str:
        """The page of the offer."""
        return reverse("inventory:proposal-detail", kwargs={"pk": self.object.pk})


class ProposalConfirm(ProposalForm):
    form_class = forms.ConsentForm
    answer = Answer.CONFIRM
    submit_label = _("Confirm")
    success = _("The suggestion is confirmed and offered to the other dealer.")


class ProposalAgree(ProposalForm):
    form_class = forms.ConsentForm
    answer = Answer.AGREE
    submit_label = _("Agree, to be sent")
    success = _("The other dealer is asked to send the vehicle.")


class ProposalDecline(ProposalForm):
    answer = Answer.DECLINE
    submit_label = _("Decline")
    success = _("The offer is declined.")


class ProposalWithdraw(ProposalForm):
    answer = Answer.WITHDRAW
    submit_label = _("Withdraw the offer")
    success = _("The offer is withdrawn.")


class ProposalShip(ProposalForm):
    form_class = forms.ShipForm
    submit_label = _("Send")
    success = _("The vehicle is on its way; it counts in your stock until it came.")

    def initial(self) -> dict[str, Any]:
        return {"shipped_on": timezone.localdate()}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.ship_transfer(proposal=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return self.done()


class ProposalAccept(ProposalForm):
    form_class = forms.AcceptForm
    submit_label = _("Accept")
    success = _("What arrived is in your stock; what did not stays on its way.")

    def initial(self) -> dict[str, Any]:
        return {"moved_on": timezone.localdate()}

    def form_options(self) -> dict[str, Any]:
        return {"lot": list(queries.lot_of(self.object))}

    def save(self, cleaned: dict[str, Any]) -> str:
        answer = {name: cleaned.pop(name) for name in ("note", "whole_lot") if name in cleaned}
        arrival = services.Arrival(**cleaned)
        services.accept_transfer(
            proposal=self.object, arrival=arrival, actor=self.actor, now=timezone.now(), **answer
        )
        return self.done()
