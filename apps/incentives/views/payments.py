"""Payments: batches two people send off, the files that go out, and what each dealer was paid."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, DetailPage, FormPage, ListPage, ObjectPage
from apps.incentives import policies, services
from apps.incentives.filters import payments as filters
from apps.incentives.forms import payments as forms
from apps.incentives.queries import payments as queries
from apps.incentives.rules.paying import BatchState
from apps.incentives.services.returning import IMPORT
from apps.incentives.tables import payments as tables
from apps.incentives.views import sending
from apps.work import queries as work

SHOWN = 200


class BatchList(ListPage):
    action = policies.VIEW_BATCHES
    title = _("Payment batches")
    query = queries.batches
    filterset = filters.BatchFilter
    table = tables.BatchTable
    empty = _("No batch yet. Prepare one when statements are payable.")
    buttons = (
        Button(_("Prepare a batch"), "incentives:batch-new", policies.PAY, "plus", True),
        Button(_("Payments"), "incentives:payment-list", policies.VIEW, "cash"),
    )


class BatchNew(FormPage):
    action = policies.PAY
    title = _("Prepare a batch")
    template_name = "incentives/batch_new.html"
    form_class = forms.BatchForm
    submit_label = _("Prepare a batch")
    success = _("The batch is prepared. Look it through and hand it in for release.")

    def context(self) -> dict[str, Any]:
        return {"payable": self.payable}

    @property
    def payable(self) -> Any:
        """What waits to be paid in each form."""
        return queries.payable_by_form(actor=self.actor)

    def initial(self) -> dict[str, Any]:
        first = next(iter(self.payable), None)
        return {"form": first.form if first else "wallet", "minimum_amount": 0}

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.build_batch(**cleaned, actor=self.actor, now=timezone.now())
        return reverse("incentives:batch-detail", kwargs={"pk": made.pk})


class BatchDetail(DetailPage):
    action = policies.VIEW_BATCHES
    query = queries.batches
    template_name = "incentives/batch_detail.html"
    buttons = (
        Button(_("Hand in for release"), "incentives:batch-submit", policies.PAY, "send", True),
        Button(_("Discard the draft"), "incentives:batch-discard", policies.PAY, "trash"),
    )

    def head_buttons(self) -> list[dict[str, Any]]:
        found = super().head_buttons()
        if self.object.state == BatchState.DRAFT:
            return found
        return [each for each in found if not each["url"].endswith(("/submit/", "/discard/"))]

    def context(self) -> dict[str, Any]:
        row = self.object
        held = queries.payments_of(row, actor=self.actor)
        found = work.approvals_of(actor=self.actor, target=row)
        sent = row.state in (BatchState.RELEASED, BatchState.CLOSED)
        return {
            "badge": tables.batch_badge(row),
            "payments": tables.OrderTable(held.exclude(state="carried")[:SHOWN]),
            "carried": tables.OrderTable(held.filter(state="carried")[:SHOWN]),
            "totals": queries.totals_of(row),
            "all_url": f"{reverse('incentives:payment-list')}?batch={row.number}",
            "files": sent and self.actor.may(policies.PAY),
            "returns": row.state == BatchState.RELEASED
            and self.actor.may(policies.PAY)
            and f"{reverse('core:import-new')}?kind={IMPORT}",
            "aside": found.exists(),
        }


class BatchSubmit(ConfirmPage):
    action = policies.PAY
    query = queries.batches
    question = _("Hand this batch in? A second person of finance releases it; nothing changes in it then.")
    submit_label = _("Hand in for release")
    success = _("A second person was asked to release it.")

    def act(self) -> str:
        services.submit_batch(batch=self.object, actor=self.actor, now=timezone.now())
        return reverse("incentives:batch-detail", kwargs={"pk": self.object.pk})


class BatchDiscard(ConfirmPage):
    action = policies.PAY
    query = queries.batches
    question = _("Discard this draft? Its statements stay payable.")
    submit_label = _("Discard the draft")
    success = _("The draft is discarded.")

    def act(self) -> str:
        services.discard_batch(batch=self.object, actor=self.actor, now=timezone.now())
        return reverse("incentives:batch-list")


class _BatchFile(ObjectPage):
    """The payments of a released batch as a file for the bank or ERP; that it was taken is kept."""

    action = policies.PAY
    query = queries.batches
    kind = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return sending.file(self.object, self.kind, actor=self.actor, now=timezone.now())


class BatchExcel(_BatchFile):
    kind = "xlsx"


class BatchCsv(_BatchFile):
    kind = "csv"


class PaymentList(ListPage):
    action = policies.VIEW
    title = _("Payments")
    query = queries.payments
    filterset = filters.PaymentFilter
    table = tables.PaymentTable
    empty = _("No payment yet. They appear here when a batch is released.")


class PaymentDetail(DetailPage):
    """One payment: what was paid for which statements, when, and what the bank or ERP said."""

    action = policies.VIEW
    query = queries.payments
    template_name = "incentives/payment_detail.html"

    def context(self) -> dict[str, Any]:
        row = self.object
        return {
            "subtitle": f"{row.dealer.code} {row.dealer}",
            "badge": tables.payment_badge(row),
            "items": tables.ItemTable(
                queries.items(actor=self.actor).filter(payment=row).order_by("statement_id")
            ),
            "entry": queries.entry_of(row, actor=self.actor),
            "sees_batch": self.actor.may(policies.VIEW_BATCHES),
        }
