"""A dealer offers a vehicle to another one; when that one accepts, both movements happen at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.inventory import notices, policies, queries
from apps.inventory.models import StockUnit, TransferProposal
from apps.inventory.rules import ANSWERS, Answer, ProposalState
from apps.inventory.services import posting, reservations
from apps.inventory.services.transfers import transfer


@transaction.atomic
def propose_transfer(
    *, unit: StockUnit, partner: str, note: str, actor: Actor, now: datetime
) -> TransferProposal:
    """Offer a vehicle in stock to the dealer with a code; nothing moves until it accepts.

    Errors: `not_found`, `not_in_stock`, `unknown_dealer`, `same_dealer`, `proposed_already`,
    `conflict` when it is kept for an order.
    """
    posting.allow(actor, policies.TRANSFER, [unit.dealer_id])
    jobs.lock(f"inventory.proposal:{unit.pk}")
    with reach.beyond("a vehicle is offered to a dealer by its code; nothing but its name is told"):
        target = queries.partner(partner.strip())
    if target is None:
        raise _refused("unknown_dealer", _("No dealer in business has this code."), "partner")
    if target.pk == unit.dealer_id:
        raise _refused("same_dealer", _("The vehicle stands at this dealer already."), "partner")
    reservations.lock_unit(unit)
    if unit.gone_on is not None:
        raise DomainError("not_in_stock", _("This vehicle left the stock already."))
    reservations.refuse_kept(unit)
    if unit.proposals.filter(state=ProposalState.PROPOSED).exists():
        raise DomainError(
            "proposed_already", _("This vehicle is offered already; withdraw that offer first.")
        )
    row = TransferProposal.objects.create(
        unit=unit,
        from_dealer_id=unit.dealer_id,
        to_dealer=target,
        from_label=f"{unit.dealer.code} {unit.dealer}",
        to_label=f"{target.code} {target}",
        vehicle_text=str(unit),
        model_text=str(unit.model or unit.model_text),
        colour=unit.colour,
        note=note,
        proposed_at=now,
        proposed_by=actor.label,
    )
    after = {"vehicle": row.vehicle_text, "to": row.to_label, "note": note}
    _audit("inventory.propose_transfer", row, {}, after, actor, now)
    notices.offered(row, now)
    return row


@transaction.atomic
def accept_transfer(
    *, proposal: TransferProposal, moved_on: date, note: str, actor: Actor, now: datetime
) -> TransferProposal:
    """Take the offered vehicle: out of one stock and into the other on the day it came.

    Errors: those of `answer_transfer`, and `rows_refused` when the vehicle left or the day cannot be.
    """
    row, state = _answered(proposal, Answer.ACCEPT, actor)
    both = actor.scope.dealer_ids | {row.from_dealer_id, row.to_dealer_id}
    for_both = replace(actor, scope=replace(actor.scope, dealer_ids=both))  # each of them has agreed
    with reach.beyond("both dealers of the transfer have agreed to it"):
        row.transfer = transfer(
            unit=row.unit, to_dealer=row.to_dealer, moved_on=moved_on, note=row.note, actor=for_both, now=now
        )
    return _keep(row, state, note, actor, now)


@transaction.atomic
def answer_transfer(
    *, proposal: TransferProposal, answer: Answer, note: str, actor: Actor, now: datetime
) -> TransferProposal:
    """Decline an offer, or withdraw one's own; nothing moves.

    Errors: `answered_already`, `other_side` when the answer is the other dealer's.
    """
    row, state = _answered(proposal, answer, actor)
    return _keep(row, state, note, actor, now)


def _answered(
    proposal: TransferProposal, answer: Answer, actor: Actor
) -> tuple[TransferProposal, ProposalState]:
    """The locked proposal and the state the answer leads to."""
    row = TransferProposal.objects.select_for_update().get(pk=proposal.pk)
    found = ANSWERS.get((ProposalState(row.state), answer))
    if not actor.may(policies.TRANSFER):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if found is None:
        raise DomainError("answered_already", _("This offer was answered already."))
    state, party = found
    if party not in queries.parties(row, actor=actor):
        raise DomainError("other_side", _("This is for the other dealer to answer."))
    return row, state


def _keep(
    row: TransferProposal, state: ProposalState, note: str, actor: Actor, now: datetime
) -> TransferProposal:
    before = {"state": row.state}
    row.state, row.answer_note, row.answered_at, row.answered_by = state, note, now, actor.label
    row.save()
    _audit("inventory.answer_transfer", row, before, {"state": state, "note": note}, actor, now)
    notices.answered(row, now)
    return row


def _audit(
    action: str,
    row: TransferProposal,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """An event in the trail of each of the two dealers."""
    changes = [audit.Change(row, before, after, dealer) for dealer in (row.from_dealer_id, row.to_dealer_id)]
    audit.record_many(actor=actor, action=action, changes=changes, now=now)


def _refused(code: str, message: object, field: str) -> DomainError:
    return DomainError(code, message, fields={field: message})
