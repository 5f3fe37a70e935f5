"""Pages of payments as the bank told them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, ListPage, ObjectFormPage
from apps.ledger import filters, forms, policies, queries, services, tables
from apps.ledger.models import BankReceipt
from apps.ledger.rules import ReceiptState


def receipt_url(receipt: BankReceipt) -> str:
    """The page of a payment."""
    return reverse("ledger:receipt-detail", kwargs={"pk": receipt.pk})


class ReceiptList(ListPage):
    """Payments as the bank told them; those of nobody known are to be assigned."""

    action = policies.POST
    title = _("Bank payments")
    template_name = "ledger/receipts.html"
    query = queries.receipts
    filterset = filters.ReceiptFilter
    table = tables.ReceiptTable
    empty = _("No payment here. Import the bank's file, or record a payment.")
    buttons = (
        Button(_("Import a bank file"), "core:import-new", policies.POST, "upload", True),
        Button(_("Record a payment"), "ledger:payment-create", policies.POST, "plus"),
    )

    def button_url(self, button: Button) -> str:
        url = super().button_url(button)
        return f"{url}?kind=ledger.payment" if button.url_name == "core:import-new" else url

    def context(self) -> dict[str, Any]:
        return {"waiting": queries.waiting(actor=self.actor)}


class ReceiptDetail(DetailPage):
    """One payment: what the bank told, whose it is, and who may have sent it."""

    action = policies.POST
    query = queries.receipts
    template_name = "ledger/receipt_detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        if self.object.state == ReceiptState.WAITING:
            return (
                Button(_("Assign to a dealer"), "ledger:receipt-assign", policies.POST, "user-check", True),
                Button(_("Not of a dealer"), "ledger:receipt-set-aside", policies.POST, "ban"),
            )
        return (
            Button(_("Take the assignment back"), "ledger:receipt-reopen", policies.POST, "arrow-back-up"),
        )

    def context(self) -> dict[str, Any]:
        waits = self.object.state == ReceiptState.WAITING
        hints = queries.payer_hints(actor=self.actor, receipt=self.object) if waits else []
        return {"blocks": tables.facts_of_receipt(self.object), "hints": hints, "waits": waits}


class ReceiptForm(ObjectFormPage):
    """A form about one payment."""

    action = policies.POST
    query = queries.receipts

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"


class ReceiptAssign(ReceiptForm):
    form_class = forms.DealerForm
    submit_label = _("Assign to a dealer")
    success = _("The payment is on the dealer's account.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {"dealer": self.request.GET.get("dealer", "")}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.assign_receipt(
            receipt=self.object, dealer_id=cleaned["dealer"], actor=self.actor, now=timezone.now()
        )
        return receipt_url(self.object)


class ReceiptSetAside(ReceiptForm):
    form_class = forms.ReasonForm
    submit_label = _("Not of a dealer")
    success = _("The payment is off the list.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.set_aside(receipt=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return receipt_url(self.object)


class ReceiptReopen(ReceiptForm):
    form_class = forms.ReasonForm
    submit_label = _("Take the assignment back")
    success = _("The payment waits to be assigned again.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.reopen_receipt(receipt=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return receipt_url(self.object)
