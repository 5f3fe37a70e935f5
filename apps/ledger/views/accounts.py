from __future__ import annotations

from typing import Any, ClassVar

from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, DetailPage, FormPage, ListPage, ObjectFormPage
from apps.ledger import filters, forms, policies, queries, services, tables
from apps.ledger.rules import AccountKind
from apps.ledger.views import wallets

SHOWN_MOVEMENTS = 100


def account_url(pk: int) -> str:
    """The page of an account."""
    return reverse("ledger:account-detail", kwargs={"pk": pk})


class AccountList(ListPage):
    """What is on the accounts of dealers and people."""

    action = policies.VIEW
    title = _("Accounts")
    query = queries.own_accounts
    filterset = filters.AccountFilter
    table = tables.AccountTable
    empty = _("No account yet. It opens with the first payment, rebate or point.")
    buttons = (
        Button(_("Record a payment"), "ledger:payment-create", policies.POST, "plus", True),
        Button(_("Bank payments"), "ledger:receipt-list", policies.POST, "building-bank"),
        Button(_("Account movements"), "ledger:posting-list", policies.VIEW, "arrows-exchange"),
    )


class PostingList(ListPage):
    """All movements on own accounts."""

    action = policies.VIEW
    title = _("Account movements")
    query = queries.postings
    filterset = filters.PostingFilter
    table = tables.PostingTable
    empty = _("Nothing moved yet.")


class AccountDetail(DetailPage):
    """One account: what is on it, what is held, what moved."""

    action = policies.VIEW
    query = queries.own_accounts
    template_name = "ledger/account_detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        account = self.object
        limit = (Button(_("Set the credit limit"), "ledger:account-limit", policies.SET_TERMS, "edit"),)
        freeze = Button(_("Freeze"), "ledger:account-freeze", policies.SET_TERMS, "lock")
        release = Button(_("Unfreeze"), "ledger:account-unfreeze", policies.SET_TERMS, "lock-open")
        move = (
            Button(_("Transfer money"), "ledger:account-transfer", policies.ASK_TRANSFER, "transfer", True),
        )
        return (
            *(limit if account.kind == AccountKind.CREDIT_LINE else ()),
            *(move if wallets.is_wallet(account) and not account.frozen else ()),
            release if account.frozen else freeze,
        )

    def context(self) -> dict[str, Any]:
        account = self.object
        return {
            "badge": tables.account_badge(account),
            "movements": tables.MovementTable(queries.movements(account)[:SHOWN_MOVEMENTS]),
            "holds": tables.HoldTable(queries.holds(actor=self.actor).filter(account=account)),
            "lots": tables.LotTable(queries.lots(account)),
            "terms": tables.ChangeTable(
                queries.changes(actor=self.actor).filter(account=account).order_by("-pk")
            ),
            **(wallets.context_of(account, self.actor) if wallets.is_wallet(account) else {}),
        }


class EntryDetail(DetailPage):
    """One entry with both sides."""

    action = policies.VIEW
    query = queries.entries
    template_name = "ledger/entry_detail.html"

    @property
    def buttons(self) -> tuple[Button, ...]:  # type: ignore[override]
        note = Button(_("Issue a credit note"), "ledger:note-issue", policies.POST, "receipt-refund", True)
        back = Button(_("Reverse"), "ledger:entry-reverse", policies.POST, "arrow-back-up")
        taken_back = queries.reversal_of(self.object) is not None
        return (*((note,) if queries.without_note(self.object) else ()), *(() if taken_back else (back,)))

    def context(self) -> dict[str, Any]:
        sides = self.object.postings.select_related("account", "account__dealer").order_by("line")
        return {
            "blocks": tables.facts_of_entry(self.object),
            "sides": tables.SideTable(sides),
            "reversal": queries.reversal_of(self.object),
            "notes": tables.OwnNoteTable(queries.credit_notes(actor=self.actor).filter(entry=self.object)),
        }


class PaymentCreate(FormPage):
    action = policies.POST
    title = _("Record a payment")
    form_class = forms.PaymentForm
    submit_label = _("Record a payment")
    success = _("The payment is on the account.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def initial(self) -> dict[str, Any]:
        return {"paid_on": timezone.localdate(), "dealer": self.request.GET.get("dealer", "")}

    def save(self, cleaned: dict[str, Any]) -> str:
        into = AccountKind(cleaned.pop("into"))
        payment = services.Payment(dealer_id=cleaned.pop("dealer"), into=into, **cleaned)
        entry = services.record_payment(payment=payment, actor=self.actor, now=timezone.now())
        return reverse("ledger:entry-detail", kwargs={"pk": entry.pk})


class AccountForm(ObjectFormPage):
    """A form about one account."""

    action = policies.SET_TERMS
    query = queries.own_accounts
    form_class: ClassVar[type[Form]] = forms.ReasonForm

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"


class AccountLimit(AccountForm):
    form_class = forms.LimitForm
    submit_label = _("Set the credit limit")
    success = _("The credit limit is set.")

    def initial(self) -> dict[str, Any]:
        return {"limit_amount": self.object.limit_amount}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.set_limit(account=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return account_url(self.object.pk)


class AccountFreeze(AccountForm):
    submit_label = _("Freeze")
    success = _("The account is frozen.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.freeze(account=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return account_url(self.object.pk)


class AccountUnfreeze(AccountForm):
    submit_label = _("Unfreeze")
    success = _("The account is released.")

    def save(self, cleaned: dict[str, Any]) -> str:
        services.unfreeze(account=self.object, actor=self.actor, now=timezone.now(), **cleaned)
        return account_url(self.object.pk)


class EntryReverse(ObjectFormPage):
    action = policies.POST
    query = queries.entries
    form_class = forms.ReasonForm
    submit_label = _("Reverse")
    success = _("The entry is taken back by its opposite.")

    def page_title(self) -> str:
        return f"{self.submit_label} · {self.object}"

    def save(self, cleaned: dict[str, Any]) -> str:
        made = services.reverse(
            entry=self.object,
            key=f"reversal:{self.object.pk}",
            occurred_on=timezone.localdate(),
            actor=self.actor,
            now=timezone.now(),
            note=cleaned["reason"],
        )
        return reverse("ledger:entry-detail", kwargs={"pk": made.pk})
