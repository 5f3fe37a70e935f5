"""What dealers are told of vehicles offered to them, and what they have to answer."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role
from apps.inventory.models import Shipment, TransferProposal
from apps.inventory.rules import ProposalState
from apps.work import registry
from apps.work import services as work

TOLD = (Role.DEALER_GENERAL, Role.DEALER_SALES)
ANSWER = registry.todo(
    "inventory.answer_transfer",
    _("Offered vehicle"),
    _("Answer: %(dealer)s offers you %(vehicle)s"),
    icon="transfer",
)
OFFERED = registry.notice(
    "inventory.transfer_offered",
    _("A vehicle is offered to my store"),
    _("%(dealer)s offers you %(vehicle)s."),
    icon="transfer",
)
ACCEPTED = registry.notice(
    "inventory.transfer_accepted",
    _("An offered vehicle was accepted"),
    _("%(dealer)s accepted %(vehicle)s."),
    icon="transfer",
)
DECLINED = registry.notice(
    "inventory.transfer_declined",
    _("An offered vehicle was declined"),
    _("%(dealer)s declined %(vehicle)s: %(note)s"),
    icon="transfer",
)


def offered(row: TransferProposal, now: datetime) -> None:
    """Tell the other dealer, and put the answer on the list of its general manager."""
    params = {"dealer": row.from_label, "vehicle": row.vehicle_text}
    url = _page(row)
    wanted = work.Wanted(
        key=_key(row), params=params, url=url, role=Role.DEALER_GENERAL, dealer_id=row.to_dealer_id
    )
    work.open_todo(code=ANSWER, todo=wanted, now=now, opened_by=row.proposed_by)
    work.tell_holders(
        notice=OFFERED, roles=TOLD, dealer_id=row.to_dealer_id, key=_key(row), now=now, params=params, url=url
    )


def answered(row: TransferProposal, now: datetime) -> None:
    """Take the offer off the list; tell the dealer that offered how it was answered."""
    withdrawn = row.state == ProposalState.WITHDRAWN
    work.close_todo(key=_key(row), now=now, by=row.answered_by, dropped=withdrawn)
    if withdrawn:
        return
    work.tell_holders(
        notice=ACCEPTED if row.state == ProposalState.ACCEPTED else DECLINED,
        roles=TOLD,
        dealer_id=row.from_dealer_id,
        key=f"{_key(row)}:answered",
        now=now,
        params={"dealer": row.to_label, "vehicle": row.vehicle_text, "note": row.answer_note},
        url=_page(row),
    )


EXCEPTION = registry.todo(
    "inventory.answer_exception",
    _("Exception on arrival"),
    _("Answer: %(vehicle)s at %(dealer)s: %(note)s"),
    icon="truck",
)
EXCEPTION_ANSWERED = registry.notice(
    "inventory.exception_answered",
    _("An exception on arrival was answered"),
    _("%(vehicle)s: %(note)s"),
    icon="truck",
)


def excepted(row: Shipment, now: datetime) -> None:
    """Put the exception on the list of headquarters, with its clock."""
    params = {
        "vehicle": str(row),
        "dealer": f"{row.dealer.code} {row.dealer}",
        "note": f"{row.get_inspection_display()} {row.inspection_note}",
    }
    wanted = work.Wanted(
        key=_exception(row),
        params=params,
        url=_shipment(row),
        role=Role.HQ_OPERATIONS,
        dealer_id=row.dealer_id,
        due_at=row.answer_due_at,
    )
    work.open_todo(code=EXCEPTION, todo=wanted, now=now, opened_by=row.inspected_by)


def exception_answered(row: Shipment, now: datetime) -> None:
    """Take the exception off the list; tell the dealer what was answered."""
    work.close_todo(key=_exception(row), now=now, by=row.answered_by)
    work.tell_holders(
        notice=EXCEPTION_ANSWERED,
        roles=TOLD,
        dealer_id=row.dealer_id,
        key=_exception(row),
        now=now,
        params={"vehicle": str(row), "note": row.answer_note},
        url=_shipment(row),
    )


def _exception(row: Shipment) -> str:
    return f"inventory.exception:{row.pk}"


def _shipment(row: Shipment) -> str:
    return reverse("inventory:shipment-detail", kwargs={"pk": row.pk})


def _key(row: TransferProposal) -> str:
    return f"inventory.proposal:{row.pk}"


def _page(row: TransferProposal) -> str:
    return reverse("inventory:proposal-detail", kwargs={"pk": row.pk})
