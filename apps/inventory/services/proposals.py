"""A dealer offers a vehicle to another one; when that one accepts, both movements happen at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.dealers.models import Dealer
from apps.inventory import notices, policies, queries
from apps.inventory.models import StockUnit, TransferProposal
from apps.inventory.rules import ANSWERS, OPEN_PROPOSALS, Answer, ProposalState
from apps.inventory.services import posting, reservations
from apps.inventory.services.transfers import Move, transfer_many
from apps.vehicles.models import CarModel


@dataclass(frozen=True)
class Arrival:
    """What a dealer found when vehicles came: the day, which of a lot, and the damage of which of them.

    Of a lot only `arrived` are taken, when told, and the others stay on their way; the damage is that of
    `damaged`, or of all that came.
    """

    moved_on: date
    damage_note: str = ""
    arrived: Collection[int] | None = None
    damaged: Collection[int] | None = None


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
    if unit.proposals.filter(state__in=OPEN_PROPOSALS).exists():
        raise DomainError(
            "proposed_already", _("This vehicle is offered already; withdraw that offer first.")
        )
    row = _proposal(unit, target, note, actor, now)
    row.save()
    after = {"vehicle": row.vehicle_text, "to": row.to_label, "note": note}
    _audit("inventory.propose_transfer", row, {}, after, actor, now)
    notices.turned([row], None, now, actor.label)
    return row


@transaction.atomic
def suggest_transfers(
    *, giver: Dealer, taker: Dealer, model: CarModel, units: int, note: str, actor: Actor, now: datetime
) -> list[TransferProposal]:
    """Suggest that a dealer gives the oldest free cars of a model to another; both of them decide.

    Errors: `not_found`, `same_dealer`, `too_few` (says how many are free).
    """
    for dealer in (giver, taker):
        if not policies.unit.can(actor, policies.SUGGEST, StockUnit(dealer_id=dealer.pk)):
            raise DomainError("not_found", _("This dealer does not exist."))
    if giver.pk == taker.pk:
        raise _refused("same_dealer", _("The vehicle stands at this dealer already."), "taker")
    jobs.lock(f"inventory.suggestion:{giver.pk}")
    free = queries.free_units(StockUnit.objects.filter(dealer=giver, model=model))
    reservations.lock_units(free.order_by().values_list("pk", flat=True))
    chosen = list(free[:units])
    if len(chosen) < units:
        text = _("Only %(free)s vehicles of this model are free at this dealer.") % {"free": len(chosen)}
        raise _refused("too_few", text, "units")
    lot = uuid.uuid4().hex[:12]
    made = TransferProposal.objects.bulk_create(
        _proposal(unit, taker, note, actor, now, state=ProposalState.SUGGESTED, lot=lot) for unit in chosen
    )
    changes = [
        audit.Change(row, after={"vehicle": row.vehicle_text, "to": row.to_label}, dealer_id=dealer.pk)
        for row in made
        for dealer in (giver, taker)
    ]
    audit.record_many(actor=actor, action=policies.SUGGEST, changes=changes, now=now)
    notices.turned(made, None, now, actor.label)
    return made


@transaction.atomic
def accept_transfer(
    *,
    proposal: TransferProposal,
    arrival: Arrival,
    note: str,
    actor: Actor,
    now: datetime,
    whole_lot: bool = False,
) -> TransferProposal:
    """Take the offered vehicle (or its whole lot): out of one stock, into the other on the day it came.

    Errors: those of `answer_transfer`, `before_shipped`,
    `nothing_arrived`, `note_needed`, and `rows_refused` when a vehicle left or the day cannot be.
    """
    lot, state = _answered(proposal, Answer.ACCEPT, actor, whole_lot)
    rows = [row for row in lot if arrival.arrived is None or row.pk in arrival.arrived]
    if not rows:
        raise _refused("nothing_arrived", _("Choose the vehicles that arrived."), "arrived")
    if arrival.damaged and not arrival.damage_note:
        raise _refused("note_needed", _("Say what was found."), "damage_note")
    if any(row.shipped_on and arrival.moved_on < row.shipped_on for row in rows):
        raise _refused("before_shipped", _("The vehicle cannot come before it was shipped."), "moved_on")
    first = rows[0]
    both = actor.scope.dealer_ids | {first.from_dealer_id, first.to_dealer_id}
    for_both = replace(actor, scope=replace(actor.scope, dealer_ids=both))  # each of them has agreed
    with reach.beyond("both dealers of the transfer have agreed to it"):
        moves = [Move(row.unit, row.to_dealer, arrival.moved_on, row.note) for row in rows]
        done = {row.unit_out_id: row for row in transfer_many(moves=moves, actor=for_both, now=now)}
        for row in rows:
            row.transfer = done[row.unit_id]
            whole = arrival.damaged is not None and row.pk not in arrival.damaged
            row.damage_note = "" if whole else arrival.damage_note
    kept = _keep(rows, state, note, actor, now)
    notices.arrived_damaged([row for row in rows if row.damage_note], now)
    return kept


@transaction.atomic
def ship_transfer(
    *,
    proposal: TransferProposal,
    carrier: str,
    shipped_on: date,
    eta_on: date | None,
    actor: Actor,
    now: datetime,
    note: str = "",
    whole_lot: bool = False,
) -> TransferProposal:
    """Say that an agreed vehicle (or its lot) is on its way; it stays in the giver's stock until it came.

    Errors: those of `answer_transfer`, `date_range`.
    """
    rows, state = _answered(proposal, Answer.SHIP, actor, whole_lot)
    if shipped_on > timezone.localdate(now):
        raise _refused("date_range", _("The date lies in the future."), "shipped_on")
    if eta_on is not None and eta_on < shipped_on:
        raise _refused("date_range", _("The vehicle cannot come before it was shipped."), "eta_on")
    for row in rows:
        row.carrier, row.shipped_on, row.eta_on = carrier, shipped_on, eta_on
    return _keep(rows, state, note, actor, now)


@transaction.atomic
def answer_transfer(
    *,
    proposal: TransferProposal,
    answer: Answer,
    note: str,
    actor: Actor,
    now: datetime,
    whole_lot: bool = False,
) -> TransferProposal:
    """Confirm, agree to, decline or withdraw an offer (or its whole lot); nothing moves.

    Errors: `answered_already`, `other_side` when the answer is the other dealer's.
    """
    rows, state = _answered(proposal, answer, actor, whole_lot)
    return _keep(rows, state, note, actor, now)


def _answered(
    proposal: TransferProposal, answer: Answer, actor: Actor, whole_lot: bool
) -> tuple[list[TransferProposal], ProposalState]:
    """The locked proposals and the state the answer leads to."""
    chosen = queries.lot_of(proposal) if whole_lot else TransferProposal.objects.filter(pk=proposal.pk)
    locked = list(chosen.select_for_update().order_by("pk"))
    if not locked or proposal.pk not in {row.pk for row in locked}:
        locked = list(TransferProposal.objects.select_for_update().filter(pk=proposal.pk))
    row = next(row for row in locked if row.pk == proposal.pk)
    found = ANSWERS.get((ProposalState(row.state), answer))
    if not actor.may(policies.TRANSFER):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if found is None:
        raise DomainError("answered_already", _("This offer was answered already."))
    state, party = found
    if party not in queries.parties(row, actor=actor):
        raise DomainError("other_side", _("This is for the other dealer to answer."))
    return locked, state


def _keep(
    rows: list[TransferProposal], state: ProposalState, note: str, actor: Actor, now: datetime
) -> TransferProposal:
    """Store the answer to each; answers the first."""
    before = ProposalState(rows[0].state)
    for row in rows:
        row.state, row.answer_note, row.answered_at, row.answered_by = state, note, now, actor.label
        row.save()
        _audit(
            "inventory.answer_transfer", row, {"state": before}, {"state": state, "note": note}, actor, now
        )
    notices.turned(rows, before, now, actor.label)
    if rows[0].lot:
        left = list(queries.lot_in(rows[0].lot, before))
        if left:
            notices.remaining(left, len(rows), state, now, actor.label)
    return rows[0]


def _proposal(
    unit: StockUnit, target: Dealer, note: str, actor: Actor, now: datetime, **more: Any
) -> TransferProposal:
    return TransferProposal(
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
        **more,
    )


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
