"""An amount leaves a rebate wallet for a sister dealer or the bank, once a second person has released it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core import audit, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.ledger import policies, queries
from apps.ledger.models import Account, Entry, Hold, WalletTransfer
from apps.ledger.rules import AccountKind, Book, Draft, EntryKind, Line, TransferState
from apps.ledger.services.holding import capture, hold, release
from apps.ledger.services.posting import post
from apps.work import registry
from apps.work import services as work
from apps.work.models import Approval

WALLET = AccountKind.REBATE_WALLET
TURNED = registry.notice(
    "ledger.transfer_answered", _("A wallet transfer was decided"), _("%(transfer)s: %(state)s")
)


@transaction.atomic
def ask_transfer(
    *, account: Account, to_dealer_id: int | None, amount: Decimal, reason: str, actor: Actor, now: datetime
) -> WalletTransfer:
    """Ask to move an amount of a wallet to a dealer of the same group, or out to the bank (no dealer).

    The amount is held until somebody else decides. Errors: `not_a_wallet`, `amount`, `other_group`,
    `insufficient_funds` with what is missing, `account_frozen`, `not_found`.
    """
    if account.kind != WALLET or account.dealer is None:
        raise DomainError("not_a_wallet", _("Only what is in a rebate wallet is transferred."))
    if not policies.account.can(actor, policies.ASK_TRANSFER, account):
        raise DomainError("not_found", _("This dealer does not exist."))
    if amount <= 0:
        raise DomainError("amount", _("The amount is above 0."), fields={"amount": _("Above 0.")})
    target = None if to_dealer_id is None else _sister(account.dealer, to_dealer_id)
    if account.frozen:
        raise DomainError("account_frozen", _("The account is frozen."))
    made = WalletTransfer.objects.create(
        dealer=account.dealer,
        to_dealer=target,
        from_label=f"{account.dealer.code} {account.dealer}",
        to_label=f"{target.code} {target}" if target else "",
        amount=amount,
        reason=reason[:300],
        asked_at=now,
        asked_by=actor.label[:150],
    )
    made.hold = hold(
        key=f"wallet-transfer:{made.pk}",
        account=account,
        amount=amount,
        actor=actor,
        now=now,
        target_label="ledger.wallettransfer",
        target_id=made.pk,
        note=_now("Transfer to %(name)s") % {"name": made.to_label or _now("Bank")},
    )
    made.save(update_fields=["hold"])
    after = {"amount": made.amount, "to": made.to_label, "reason": reason}
    audit.record(actor=actor, action=policies.ASK_TRANSFER, obj=made, now=now, after=after)
    work.ask_approval(ask=_asked(made), asked_by=actor, now=now)
    return made


@transaction.atomic
def withdraw_transfer(*, transfer: WalletTransfer, actor: Actor, now: datetime) -> WalletTransfer:
    """Take a request back that nobody decided; the amount is free again. Errors: `decided_already`,
    `not_yours` for somebody who did not ask.
    """
    row = _locked(transfer.pk)
    with reach.beyond("the approval of one's own request is taken back with it"):
        approval = Approval.objects.filter(flow=FLOW, target_id=row.pk).order_by("-pk").first()
    if approval is None or row.state != TransferState.WAITING:
        raise DomainError("decided_already", _("This was decided already."))
    work.withdraw_approval(approval=approval, actor=actor, now=now)
    release(hold=_held(row), actor=actor, now=now)
    return _turned(row, TransferState.WITHDRAWN, "", actor, now)


def _sister(dealer: Dealer, pk: int) -> Dealer:
    found = next((each for each in queries.sisters(dealer) if each.pk == pk), None)
    if found is None:
        text = _("A wallet pays only into the wallet of a dealer of the same group.")
        raise DomainError("other_group", text, fields={"to": text})
    return found


def _asked(row: WalletTransfer) -> work.Ask:
    return work.Ask(
        flow=FLOW,
        target=row,
        dealer_id=row.dealer_id,
        amount=row.amount,
        summary=str(row)[:300],
        url=reverse("ledger:transfer-detail", kwargs={"pk": row.pk}),
    )


def _released(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Move the amount; a lot that expires keeps its day in the other wallet."""
    row = _locked(target_id)
    row.out_entry = capture(
        hold=_held(row),
        key=f"wallet-transfer:{row.pk}:out",
        into=AccountKind.BANK if row.to_dealer_id is None else AccountKind.TRANSFERS,
        kind=EntryKind.TRANSFER,
        occurred_on=timezone.localdate(now),
        actor=actor,
        now=now,
    )
    if row.to_dealer_id is not None:
        row.in_entry = post(draft=_arrival(row, row.out_entry, now), actor=actor, now=now)
    _turned(row, TransferState.DONE, comment, actor, now)


def _arrival(row: WalletTransfer, taken: Entry, now: datetime) -> Draft:
    parts = [Line(WALLET, amount, expires) for amount, expires in queries.taken_from_lots(taken)]
    return Draft(
        key=f"wallet-transfer:{row.pk}:in",
        book=Book(row.to_dealer_id),
        kind=EntryKind.TRANSFER,
        lines=[Line(AccountKind.TRANSFERS, -row.amount), *parts],
        occurred_on=timezone.localdate(now),
        target_label="ledger.wallettransfer",
        target_id=row.pk,
        note=_now("Transfer from %(name)s") % {"name": row.from_label},
    )


def _refused(*, target_id: int, comment: str, actor: Actor, now: datetime) -> None:
    """Give the amount free again."""
    row = _locked(target_id)
    release(hold=_held(row), actor=actor, now=now)
    _turned(row, TransferState.REFUSED, comment, actor, now)


FLOW = registry.flow(
    "ledger.transfer",
    _("Release of a wallet transfer"),
    [registry.Step(level=Role.HQ_FINANCE, action=policies.RELEASE_TRANSFERS, within_workdays=1)],
    on_approved=_released,
    on_returned=_refused,
    on_rejected=_refused,
)


def _locked(pk: int) -> WalletTransfer:
    return WalletTransfer.objects.select_for_update(of=("self",)).select_related("hold__account").get(pk=pk)


def _held(row: WalletTransfer) -> Hold:
    assert row.hold is not None
    return row.hold


def _turned(
    row: WalletTransfer, state: TransferState, comment: str, actor: Actor, now: datetime
) -> WalletTransfer:
    row.state, row.answer_note = state, comment[:300]
    row.answered_at, row.answered_by = now, actor.label[:150]
    row.save(update_fields=["state", "out_entry", "in_entry", "answer_note", "answered_at", "answered_by"])
    before, after = {"state": TransferState.WAITING}, {"state": state, "reason": comment}
    audit.record(actor=actor, action="ledger.answer_transfer", obj=row, now=now, before=before, after=after)
    told = {row.dealer_id} | ({row.to_dealer_id} if row.to_dealer_id and state == "done" else set())
    for dealer in sorted(told):
        work.tell_holders(
            notice=TURNED,
            roles=[Role.DEALER_GENERAL, Role.DEALER_FINANCE],
            dealer_id=dealer,
            key=f"ledger.transfer:{row.pk}:{state}:{dealer}",
            now=now,
            params={"transfer": str(row), "state": str(row.get_state_display())},
            url=reverse("ledger:transfer-detail", kwargs={"pk": row.pk}),
        )
    return row
