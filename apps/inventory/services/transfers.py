"""Vehicles go from one dealer to another: out of one stock and into the other on the same day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch, ImportRow
from apps.core.spreadsheet.errors import Phrase
from apps.dealers.models import Dealer
from apps.inventory import happenings, policies, queries
from apps.inventory.models import StockUnit, Transfer
from apps.inventory.rules import MovementKind
from apps.inventory.services import arrivals, delivered, departures, posting, reservations

KIND = "inventory.transfer"
_SAME_DEALER = gettext_noop("The vehicle stands at this dealer already.")
_ELSEWHERE = Phrase(gettext_noop("This vehicle left already, but not to this dealer on this day."))


@dataclass(frozen=True)
class Move:
    """A vehicle in stock, the dealer that gets it, and when."""

    unit: StockUnit
    to_dealer: Dealer
    moved_on: date
    note: str


def transfer(
    *, unit: StockUnit, to_dealer: Dealer, moved_on: date, note: str, actor: Actor, now: datetime
) -> Transfer:
    """Move a vehicle in stock to another dealer; the actor answers for both.

    Its age starts anew at the dealer that gets it. Errors: `not_found`, `same_dealer`, `conflict`
    (kept for an order), `rows_refused`.
    """
    return transfer_many(moves=[Move(unit, to_dealer, moved_on, note)], actor=actor, now=now)[0]


@transaction.atomic
def transfer_many(
    *, moves: Sequence[Move], actor: Actor, now: datetime, batch: ImportBatch | None = None
) -> list[Transfer]:
    """Move many vehicles at once, all or none; errors as `transfer`."""
    concerned = {move.unit.dealer_id for move in moves} | {move.to_dealer.pk for move in moves}
    posting.allow(actor, policies.TRANSFER, concerned)
    if any(move.unit.dealer_id == move.to_dealer.pk for move in moves):
        message = _(_SAME_DEALER)
        raise DomainError("same_dealer", message, fields={"to_dealer": message})
    by_source: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        by_source[move.unit.source].append(move)
    for source in sorted(by_source):
        jobs.lock(f"facts:{posting.UNITS}:{source}")  # in the order every way into and out of stock takes
    delivered.lock()
    reservations.lock_units(move.unit.pk for move in moves)
    reservations.refuse_kept(*(move.unit for move in moves))
    rows = [row for source, group in by_source.items() for row in _move(source, group, actor, now)]
    for row in rows:
        row.batch = batch
    Transfer.objects.bulk_create(rows)
    changes = [audit.Change(row, after=_told(row), dealer_id=row.from_dealer_id) for row in rows]
    audit.record_many(actor=actor, action=policies.TRANSFER, changes=changes, now=now)
    happenings.transferred(rows, actor=actor, now=now)
    return rows


def transfer_problems(rows: Sequence[Mapping[str, Any]], *, source: str, today: date) -> list[RowProblem]:
    """What is wrong with transfers, known ones among them; nothing is stored."""
    if not rows:
        return []
    leaving = [_as_departure(row) for row in rows]
    found = departures.departure_problems(leaving, source=source, today=today)
    by_no = {row["row_no"]: row for row in rows}
    known = _known(rows)
    problems = [
        RowProblem(row["row_no"], "to_dealer", "same_dealer", Phrase(_SAME_DEALER))
        for row in rows
        if row["from_dealer_id"] == row["to_dealer_id"]
    ]
    for problem in found:
        row = by_no[problem.row_no]
        column = "moved_on" if problem.column == "left_on" else problem.column
        if problem.code == SAME and not _names(row) & known:
            problems.append(RowProblem(problem.row_no, "to_dealer", "left_already", _ELSEWHERE))
        else:
            problems.append(
                RowProblem(problem.row_no, column, problem.code, problem.message, value=problem.value)
            )
    return problems


@transaction.atomic
def take_transfers(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Move the vehicles of the good staged rows of an import; those that moved already are known."""
    source = batch.spec["source"]
    jobs.lock(f"facts:{posting.UNITS}:{source}")
    staged = ImportRow.objects.filter(batch=batch, kind=KIND, errors=[]).order_by("row_no")
    rows = list(staged.values_list("data", flat=True))
    dealers = Dealer.objects.in_bulk({row["to_dealer_id"] for row in rows})
    units = queries.standing(
        vins=[row["vin"] for row in rows if row["vin"]],
        numbers=[row["external_id"] for row in rows if row["external_id"]],
        source=source,
    )
    moves = []
    for row in rows:
        unit = units.get((row["from_dealer_id"], row["external_id"] or row["vin"]))
        if unit is not None:
            day = date.fromisoformat(row["moved_on"])
            moves.append(Move(unit, dealers[row["to_dealer_id"]], day, row["note"] or ""))
    made = transfer_many(moves=moves, actor=actor, now=now, batch=batch)
    return Committed(created=len(made), same=len(rows) - len(made))


def _move(source: str, moves: Sequence[Move], actor: Actor, now: datetime) -> list[Transfer]:
    """Let vehicles of one source go and come; the rows that tie both ends together are not stored yet."""
    common: dict[str, Any] = {"source": source, "actor": actor, "now": now, "action": policies.TRANSFER}
    departures.record_departures(rows=[_leaving(move) for move in moves], **common)
    coming = [_coming(move) for move in moves]
    arrivals.record_arrivals(rows=coming, **common)
    got = queries.newest_units(source, [row["external_id"] for row in coming])
    return [
        Transfer(
            from_dealer_id=move.unit.dealer_id,
            to_dealer=move.to_dealer,
            unit_out=move.unit,
            unit_in=got[row["external_id"]],
            from_code=move.unit.dealer.code,
            from_name=str(move.unit.dealer),
            to_code=move.to_dealer.code,
            to_name=str(move.to_dealer),
            vehicle_text=str(move.unit),
            model_text=str(move.unit.model or move.unit.model_text),
            occurred_on=move.moved_on,
            recorded_at=now,
            note=move.note,
        )
        for move, row in zip(moves, coming, strict=True)
    ]


def _leaving(move: Move) -> dict[str, Any]:
    return {
        "external_id": move.unit.external_id,
        "dealer_id": move.unit.dealer_id,
        "received_on": move.unit.received_on,
        "left_on": move.moved_on,
        "kind": MovementKind.TRANSFER_OUT,
        "note": move.note,
    }


def _coming(move: Move) -> dict[str, Any]:
    """A unit as an arrival at another dealer."""
    return {
        "external_id": f"{move.unit.external_id}>{move.to_dealer.pk}",
        "dealer_id": move.to_dealer.pk,
        "received_on": move.moved_on,
        "note": move.note,
        "kind": MovementKind.TRANSFER_IN,
        "vin": move.unit.vin,
        "model": move.unit.model_text,
        "model_id": move.unit.model_id,
        "trim_text": move.unit.trim_text,
        "colour": move.unit.colour,
        "produced_on": move.unit.produced_on,
        "cost_amount": move.unit.cost_amount,
    }


def _told(row: Transfer) -> dict[str, Any]:
    return {"from": row.from_name, "to": row.to_name, "vin": row.unit_out.vin, "on": row.occurred_on}


def _as_departure(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of an import of transfers as the departure in it."""
    return {
        "row_no": row["row_no"],
        "external_id": row["external_id"],
        "vin": row["vin"],
        "dealer_id": row["from_dealer_id"],
        "left_on": row["moved_on"],
        "kind": MovementKind.TRANSFER_OUT,
        "note": row["note"],
    }


_Name = tuple[int, int, date, str]


def _names(row: Mapping[str, Any]) -> set[_Name]:
    """Under what a row would be known: both dealers, the day, and the vehicle by number or VIN."""
    given = {row["external_id"], row["vin"]} - {None, ""}
    return {(row["from_dealer_id"], row["to_dealer_id"], row["moved_on"], text) for text in given}


def _known(rows: Sequence[Mapping[str, Any]]) -> set[_Name]:
    """The transfers on the days of the rows between their dealers."""
    found = Transfer.objects.filter(
        from_dealer__in={row["from_dealer_id"] for row in rows},
        occurred_on__in={row["moved_on"] for row in rows},
    ).values_list("from_dealer_id", "to_dealer_id", "occurred_on", "unit_out__vin", "unit_out__external_id")
    return {(*place, text) for *place, vin, number in found for text in (vin, number)}  # type: ignore[misc]
