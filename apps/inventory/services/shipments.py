"""Cars on their way: announced by the maker, received by the dealer, exceptions answered in two days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.inventory import happenings, notices, policies
from apps.inventory import queries as stock
from apps.inventory.models import Shipment
from apps.inventory.rules import EXCEPTION_DAYS, TAKEN_IN, Inspection, ShipmentState
from apps.inventory.services import arrivals, posting
from apps.vehicles import facts, queries, rules

KIND = "inventory.shipment"
_RECORD = (
    "external_id text, dealer_id bigint, order_no text, vin text, model text, model_id bigint, "
    "trim_text text, colour text, cost_amount numeric(18,2), is_paid boolean, carrier text, "
    "allocated_on date, promised_on date, shipped_on date, eta_on date"
)
_TOLD = ("order_no", "vin", "model_id", "model_text", "trim_text", "colour", "cost_amount", "is_paid")
_TRAVEL = ("carrier", "allocated_on", "promised_on", "shipped_on", "eta_on")
_TRAIL = ("order_no", "vin", "carrier", "promised_on", "shipped_on", "eta_on", "arrived_on", "inspection")
_CLOSED = Phrase(gettext_noop("This vehicle arrived already, or its shipment was cancelled."))
_OTHER_DEALER = Phrase(gettext_noop("This number was announced to another dealer."))
_ON_THE_WAY = Phrase(gettext_noop("This vehicle is on its way under another number."))
_BEFORE_SHIPPED = Phrase(gettext_noop("The vehicle cannot come before it was shipped."))


def shipment_problems(rows: Sequence[Mapping[str, Any]], *, today: date) -> list[RowProblem]:
    """What is wrong with announced cars of one source, known ones among them; nothing is stored."""
    if not rows:
        return []
    decoded = queries.decoded({row["vin"] for row in rows if row.get("vin")}, today=today)
    with reach.beyond("a number or a VIN is announced once; that it is taken is said, not by whom"):
        known = stock.announced(rows[0]["source"], [row["external_id"] for row in rows])
        moving = stock.on_the_way([row.get("vin") or "" for row in rows])
    numbers = Counter(row["external_id"] for row in rows)
    found: list[RowProblem] = []
    for row in rows:
        number, held = row["row_no"], known.get(row["external_id"])
        for name in ("allocated_on", "shipped_on"):
            wrong = facts.date_problem(number, name, row.get(name), today)
            found += [wrong] if wrong else []
        if row.get("vin"):
            found += facts.vin_problems(number, decoded[row["vin"]])
        if row.get("eta_on") and row.get("shipped_on") and row["eta_on"] < row["shipped_on"]:
            found.append(RowProblem(number, "eta_on", "before_shipped", _BEFORE_SHIPPED))
        if numbers[row["external_id"]] > 1:
            found.append(RowProblem(number, "external_id", "twice", facts.TWICE))
        found += _against(row, held, moving.get(row.get("vin") or ""))
    return found


def _against(row: Mapping[str, Any], held: Shipment | None, other: Shipment | None) -> list[RowProblem]:
    """What keeps a row from being what is known under its number or VIN already."""
    number = row["row_no"]
    if other is not None and (held is None or other.pk != held.pk):
        return [RowProblem(number, "vin", "on_the_way", _ON_THE_WAY, value=row["vin"])]
    if held is None:
        return []
    if held.dealer_id != row["dealer_id"]:
        return [RowProblem(number, "external_id", "other_values", _OTHER_DEALER)]
    if not _changes(held, row):
        return [RowProblem(number, "external_id", SAME, "")]
    if held.arrived_on or held.cancelled_on:
        return [RowProblem(number, "external_id", "closed", _CLOSED)]
    return []


@transaction.atomic
def announce_shipments(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
) -> facts.Recorded:
    """Say that cars are allocated to dealers or on their way; a row is one car, by VIN or by what it will be.

    Rows carry the keys of the import `inventory.shipment` with resolved `dealer_id` and `model_id`; a known
    number brings its shipment up to date, and what a row leaves open stays as it was. Wrong rows raise
    `rows_refused`, together with what was `unreadable`, or are left out and reported with `only_good`.
    """
    for row in rows:
        _allow(actor, policies.SHIP, row["dealer_id"])
    numbered = [{"row_no": number, **row, "source": source} for number, row in enumerate(rows, 1)]
    jobs.lock(KIND)  # a car is on its way once, whoever announces it
    problems = [*unreadable, *shipment_problems(numbered, today=timezone.localdate(now))]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    created, changed = _take(good, source, None, actor, now)
    same = sum(problem.code == SAME for problem in problems)
    return facts.Recorded(created + changed, same, 0, problems)


@transaction.atomic
def take_shipments(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Take the good staged rows of an import; known numbers are brought up to date."""
    source = batch.spec["source"]
    jobs.lock(KIND)
    given = facts.from_batch(batch, KIND, _RECORD)
    names = ["row_no", *(part.split()[0] for part in _RECORD.split(", "))]
    rows = [dict(zip(names, values, strict=True)) for values in facts.fetch(given.sql, given.params)]
    created, changed = _take(rows, source, batch, actor, now)
    return Committed(created=created + changed, same=len(rows) - created - changed)


def _take(
    rows: Sequence[Mapping[str, Any]],
    source: str,
    batch: ImportBatch | None,
    actor: Actor,
    now: datetime,
) -> tuple[int, int]:
    """Store rows as new shipments or changes of known ones; answers how many of each."""
    known = stock.announced(source, [row["external_id"] for row in rows])
    today = timezone.localdate(now)
    new: list[Shipment] = []
    touched: list[Shipment] = []
    changes: list[audit.Change] = []
    for row in rows:
        held = known.get(row["external_id"])
        wanted = _changes(held, row)
        if held is not None and not wanted:
            continue
        before = {name: getattr(held, name) for name in wanted} if held else {}
        item = held or Shipment(
            dealer_id=row["dealer_id"],
            source=source,
            external_id=row["external_id"],
            allocated_on=min(row.get("shipped_on") or today, today),
            recorded_at=now,
            batch=batch,
        )
        for name, value in wanted.items():
            setattr(item, name, value)
        if "is_paid" in wanted:
            known_on = today if held else row.get("shipped_on") or today
            item.paid_on = known_on if item.is_paid else None
        (touched if held else new).append(item)
        changes.append(audit.Change(item, before, wanted))
    with posting.guarded():
        Shipment.objects.bulk_create(new)
        Shipment.objects.bulk_update(touched, [*_TOLD, *_TRAVEL, "paid_on"])
    audit.record_many(actor=actor, action=policies.SHIP, changes=changes, now=now)
    return len(new), len(touched)


def _changes(held: Shipment | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says that is not known yet; nothing said is no change."""
    told = {name: row.get("model" if name == "model_text" else name) for name in (*_TOLD, *_TRAVEL)}
    given = {name: value for name, value in told.items() if value not in (None, "")}
    return {name: value for name, value in given.items() if held is None or getattr(held, name) != value}


@transaction.atomic
def receive_shipment(
    *,
    shipment: Shipment,
    inspection: Inspection,
    arrived_on: date,
    vin: str,
    note: str,
    actor: Actor,
    now: datetime,
) -> Shipment:
    """Take a car in with what its inspection found; an exception is to be answered within two days.

    A car refused or absent does not come into stock. Errors: `closed`, `wrong_vin`, `note_needed`,
    `rows_refused`.
    """
    row = _open(shipment, policies.RECORD, actor)
    given = rules.normalise(vin)
    if row.vin and given and given != row.vin:
        raise _refused("wrong_vin", _("Another vehicle was announced: %(vin)s."), "vin", vin=row.vin)
    if inspection is not Inspection.GOOD and not note:
        raise _refused("note_needed", _("Say what was found."), "note")
    row.inspection, row.inspection_note, row.inspected_by = inspection, note, actor.label
    row.vin = row.vin or given
    if inspection is not Inspection.GOOD:
        row.answer_due_at = now + timedelta(days=EXCEPTION_DAYS)
    row.save()
    if inspection in TAKEN_IN:
        coming = _arrival(row, arrived_on)
        arrivals.record_arrivals(rows=[coming], source=row.source, actor=actor, now=now)
        row.refresh_from_db()
    audit.record(
        actor=actor, action="inventory.receive", obj=row, now=now, after={n: getattr(row, n) for n in _TRAIL}
    )
    happenings.received(row, actor=actor, now=now)
    if inspection is not Inspection.GOOD:
        notices.excepted(row, now)
    return row


@transaction.atomic
def answer_exception(*, shipment: Shipment, note: str, cancel: bool, actor: Actor, now: datetime) -> Shipment:
    """Answer what a dealer found on arrival; `cancel` ends a shipment that will not come.

    Errors: `answered_already`.
    """
    _allow(actor, policies.SHIP, shipment.dealer_id)
    jobs.lock(f"inventory.shipment:{shipment.pk}")
    shipment.refresh_from_db()
    if shipment.answer_due_at is None or shipment.answered_at is not None:
        raise DomainError("answered_already", _("There is no open exception to answer."))
    shipment.answered_at, shipment.answered_by, shipment.answer_note = now, actor.label, note
    if cancel and shipment.state is not ShipmentState.RECEIVED:
        shipment.cancelled_on = timezone.localdate(now)
    shipment.save()
    after = {"answer_note": note, "cancelled_on": shipment.cancelled_on}
    audit.record(actor=actor, action="inventory.answer_exception", obj=shipment, now=now, after=after)
    notices.exception_answered(shipment, now)
    return shipment


@transaction.atomic
def cancel_shipment(*, shipment: Shipment, note: str, actor: Actor, now: datetime) -> Shipment:
    """End a shipment that will not come. Errors: `closed`."""
    row = _open(shipment, policies.SHIP, actor)
    row.cancelled_on = timezone.localdate(now)
    row.save(update_fields=["cancelled_on"])
    after = {"cancelled_on": row.cancelled_on, "note": note}
    audit.record(actor=actor, action=policies.SHIP, obj=row, now=now, after=after)
    return row


def _open(shipment: Shipment, action: str, actor: Actor) -> Shipment:
    """The shipment, locked, if it is still to come and the actor's."""
    _allow(actor, action, shipment.dealer_id)
    jobs.lock(f"inventory.shipment:{shipment.pk}")
    shipment.refresh_from_db()
    if shipment.arrived_on or shipment.cancelled_on:
        raise DomainError("closed", _(_CLOSED.msgid))
    return shipment


def _arrival(row: Shipment, arrived_on: date) -> dict[str, Any]:
    """A shipment as the arrival that ends it."""
    return {
        "external_id": row.external_id,
        "dealer_id": row.dealer_id,
        "received_on": arrived_on,
        "produced_on": None,
        "kind": None,
        "note": row.inspection_note,
        "vin": row.vin,
        "model": row.model_text,
        "model_id": row.model_id,
        "trim_text": row.trim_text,
        "colour": row.colour,
        "cost_amount": row.cost_amount,
    }


def _allow(actor: Actor, action: str, dealer_id: int) -> None:
    if not policies.shipment.can(actor, action, Shipment(dealer_id=dealer_id)):
        raise DomainError("not_found", _("This dealer does not exist."))


def _refused(code: str, message: Any, field: str, **params: Any) -> DomainError:
    text = message % params if params else message
    return DomainError(code, text, fields={field: text})
