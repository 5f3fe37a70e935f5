"""What dealers are told of vehicles offered to them and sent, and what they have to answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core.roles import Role
from apps.core.spreadsheet.errors import Phrase
from apps.inventory.models import (
    TransferProposal,
)
from apps.inventory.rules import Party, ProposalState
from apps.work import registry
from apps.work import services as work

_MANY = gettext_noop("%(count)s vehicles %(model)s")
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


CONFIRM = registry.todo(
    "inventory.confirm_suggestion",
    _("Suggested transfer"),
    _("Confirm: %(vehicle)s to %(other)s"),
    icon="transfer",
)
SEND = registry.todo(
    "inventory.send_transfer",
    _("Vehicle to be sent"),
    _("Send %(vehicle)s to %(other)s"),
    icon="truck",
)
ARRIVE = registry.todo(
    "inventory.receive_transfer",
    _("Vehicle from another dealer"),
    _("Receive %(vehicle)s from %(other)s"),
    icon="truck-delivery",
)
SUGGESTED = registry.notice(
    "inventory.transfer_suggested",
    _("A transfer of my vehicles is suggested"),
    _("%(vehicle)s could go to %(other)s."),
    icon="transfer",
)
AGREED = registry.notice(
    "inventory.transfer_agreed",
    _("An offered vehicle is agreed to"),
    _("%(other)s agreed to %(vehicle)s; it can be sent."),
    icon="transfer",
)
SENT = registry.notice(
    "inventory.transfer_sent",
    _("A vehicle is on its way to my store"),
    _("%(other)s sent %(vehicle)s."),
    icon="truck",
)
_TURNS = {
    ProposalState.SUGGESTED: (CONFIRM, Party.GIVER),
    ProposalState.PROPOSED: (ANSWER, Party.TAKER),
    ProposalState.AGREED: (SEND, Party.GIVER),
    ProposalState.SHIPPED: (ARRIVE, Party.TAKER),
}
"""State → what has to be done next, and by which side."""
_TELLS = {
    ProposalState.SUGGESTED: (SUGGESTED, Party.GIVER),
    ProposalState.PROPOSED: (OFFERED, Party.TAKER),
    ProposalState.AGREED: (AGREED, Party.GIVER),
    ProposalState.SHIPPED: (SENT, Party.TAKER),
    ProposalState.ACCEPTED: (ACCEPTED, Party.GIVER),
    ProposalState.DECLINED: (DECLINED, Party.GIVER),
}
"""State → who is told of it; a withdrawn offer is told to nobody."""


def turned(rows: Sequence[TransferProposal], before: ProposalState | None, now: datetime, by: str) -> None:
    """Vehicles proposed together reached a state: end what had to be done, say what has to be done next.

    One to-do and one notice for a lot, however many vehicles it holds.
    """
    row, state = rows[0], ProposalState(rows[0].state)
    if before is not None:
        work.close_todo(key=_key(row, before), now=now, by=by, dropped=state is ProposalState.WITHDRAWN)
    _ask(rows, state, now, by)
    if state in _TELLS:
        notice, side = _TELLS[state]
        dealer_id, params = _told(rows, side)
        work.tell_holders(
            notice=notice,
            roles=TOLD,
            dealer_id=dealer_id,
            key=f"{_key(row, state)}:told",
            now=now,
            params=params,
            url=_page(row),
        )


def _ask(rows: Sequence[TransferProposal], state: ProposalState, now: datetime, by: str) -> None:
    """Put what has to be done about vehicles in a state on the list of the dealer whose turn it is."""
    if state not in _TURNS:
        return
    code, side = _TURNS[state]
    dealer_id, params = _told(rows, side)
    wanted = work.Wanted(
        key=_key(rows[0], state),
        params=params,
        url=_page(rows[0]),
        role=Role.DEALER_GENERAL,
        dealer_id=dealer_id,
    )
    work.open_todo(code=code, todo=wanted, now=now, opened_by=by)


def _told(rows: Sequence[TransferProposal], side: Party) -> tuple[int, dict[str, str]]:
    """The dealer of a side, and the texts it is told with."""
    row = rows[0]
    giver = side is Party.GIVER
    other = row.to_label if giver else row.from_label
    vehicle = row.vehicle_text
    if len(rows) > 1:
        vehicle = str(Phrase(_MANY, {"count": len(rows), "model": row.model_text}))
    params = {"dealer": other, "other": other, "vehicle": vehicle, "note": row.answer_note}
    return row.from_dealer_id if giver else row.to_dealer_id, params


PARTLY = registry.notice(
    "inventory.transfer_partly",
    _("Only a part of my vehicles arrived"),
    _("%(other)s received %(count)s vehicles; still on the way: %(vehicle)s."),
    icon="truck-delivery",
)
DAMAGED = registry.notice(
    "inventory.transfer_damaged",
    _("A transferred vehicle arrived damaged"),
    _("%(vehicle)s arrived damaged at %(dealer)s (%(carrier)s): %(note)s"),
    icon="alert-triangle",
)


def remaining(
    left: Sequence[TransferProposal], done: int, reached: ProposalState, now: datetime, by: str
) -> None:
    """Some of the vehicles proposed together stand where they stood: what has to be done stays open."""
    row, state = left[0], ProposalState(left[0].state)
    _ask(left, state, now, by)
    if state is ProposalState.SHIPPED and reached is ProposalState.ACCEPTED:
        dealer_id, params = _told(left, Party.GIVER)
        work.tell_holders(
            notice=PARTLY,
            roles=TOLD,
            dealer_id=dealer_id,
            key=f"{_key(row, state)}:left:{len(left)}",
            now=now,
            params=params | {"count": str(done)},
            url=_page(row),
        )


def arrived_damaged(rows: Sequence[TransferProposal], now: datetime) -> None:
    """Tell the dealer that sent vehicles, and its account manager, that some came damaged."""
    if not rows:
        return
    row = rows[0]
    _dealer_id, told = _told(rows, Party.TAKER)
    params = {
        "vehicle": told["vehicle"],
        "dealer": row.to_label,
        "carrier": row.carrier,
        "note": row.damage_note,
    }
    work.tell_holders(
        notice=DAMAGED,
        roles=(*TOLD, Role.ACCOUNT_MANAGER),
        dealer_id=row.from_dealer_id,
        key=f"inventory.damaged:{row.pk}",
        now=now,
        params=params,
        url=_page(row),
    )


def _key(row: TransferProposal, state: ProposalState) -> str:
    about = f"inventory.lot:{row.lot}" if row.lot else f"inventory.proposal:{row.pk}"
    return about if state is ProposalState.PROPOSED else f"{about}:{state}"


def _page(row: TransferProposal) -> str:
    return reverse("inventory:proposal-detail", kwargs={"pk": row.pk})
