"""Flags of vehicles in stock, where their certificates are and stand, and the loans on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.inventory import notices, policies
from apps.inventory.models import FloorPlanLoan, StockUnit, UnitMark
from apps.inventory.rules import CertificateStatus, MarkKind
from apps.inventory.services.reservations import lock_unit
from apps.vehicles import facts

CERTIFICATE, LOAN = "inventory.certificate", "inventory.loan"
_CERTIFICATES = "dealer_id bigint, vin text, status text, valid_from date, note text"
_LOANS = (
    "dealer_id bigint, vin text, lender text, number text, principal_amount numeric(18,2), "
    "annual_rate numeric(8,6), free_days integer, started_on date, ended_on date"
)
_NOT_HERE = Phrase(gettext_noop("No vehicle in the dealer's stock has this VIN."))
_ENDS_FIRST = Phrase(gettext_noop("A loan cannot be repaid before it began."))


@transaction.atomic
def set_mark(
    *,
    unit: StockUnit,
    kind: MarkKind,
    value: str,
    reason: str,
    valid_from: date,
    actor: Actor,
    now: datetime,
) -> UnitMark:
    """Say what is true of a vehicle in stock from a day on; the open fact of its kind ends that day.

    Errors: `not_found`, `not_in_stock`, `reason_needed` for a stop sale, `date_range`.
    """
    action = policies.HOLD if kind is MarkKind.STOP_SALE else policies.RECORD
    _allow(actor, action, unit)
    lock_unit(unit)
    if unit.gone_on is not None:
        raise DomainError("not_in_stock", _("This vehicle left the stock already."))
    if kind is MarkKind.STOP_SALE and not reason:
        message = _("Say why the vehicle may not be sold.")
        raise DomainError("reason_needed", message, fields={"reason": message})
    held = UnitMark.objects.filter(unit=unit, kind=kind, valid_to=None).first()
    first = max(unit.received_on, held.valid_from) if held else unit.received_on
    if not first <= valid_from <= timezone.localdate(now):
        wrong = _("The day lies between %(day)s and today.") % {"day": first.isoformat()}
        raise DomainError("date_range", wrong, fields={"valid_from": wrong})
    if held is not None:
        held.valid_to, held.ended_by = valid_from, actor.label
        held.save(update_fields=["valid_to", "ended_by"])
    row = UnitMark.objects.create(
        dealer_id=unit.dealer_id,
        unit=unit,
        kind=kind,
        value=value,
        reason=reason,
        valid_from=valid_from,
        set_at=now,
        set_by=actor.label,
    )
    after = {"kind": kind, "value": value, "reason": reason, "valid_from": valid_from}
    audit.record(actor=actor, action=action, obj=row, now=now, after=after)
    if kind is MarkKind.STOP_SALE:
        notices.stopped(row, now)
    return row


@transaction.atomic
def end_mark(*, mark: UnitMark, actor: Actor, now: datetime) -> UnitMark:
    """Say that a fact about a vehicle in stock holds no more. Errors: `not_found`, `ended_already`."""
    action = policies.HOLD if mark.kind == MarkKind.STOP_SALE else policies.RECORD
    _allow(actor, action, mark.unit)
    lock_unit(mark.unit)
    mark.refresh_from_db()
    if mark.valid_to is not None:
        raise DomainError("ended_already", _("This was ended already."))
    mark.valid_to, mark.ended_by = max(mark.valid_from, timezone.localdate(now)), actor.label
    mark.save(update_fields=["valid_to", "ended_by"])
    audit.record(actor=actor, action=action, obj=mark, now=now, after={"valid_to": mark.valid_to})
    return mark


def mark_problems(rows: Sequence[Mapping[str, Any]], *, today: date) -> list[RowProblem]:
    """What is wrong with certificates or loans of vehicles, known ones among them; nothing is stored."""
    units = _here(rows)
    found: list[RowProblem] = []
    for row in rows:
        number, unit = row["row_no"], units.get((row["dealer_id"], row["vin"]))
        for name in ("valid_from", "started_on", "ended_on"):
            wrong = facts.date_problem(number, name, row.get(name), today)
            found += [wrong] if wrong else []
        if unit is None:
            found.append(RowProblem(number, "vin", "not_here", _NOT_HERE, value=row["vin"]))
        if row.get("ended_on") and row["ended_on"] < row["started_on"]:
            found.append(RowProblem(number, "ended_on", "ends_first", _ENDS_FIRST))
    return found


@transaction.atomic
def take_certificates(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Note where the certificates of the good staged rows are; a certificate already there is known."""
    rows = _staged(batch, CERTIFICATE, _CERTIFICATES)
    units = _here(rows)
    created = 0
    for row in rows:
        unit = units[row["dealer_id"], row["vin"]]
        held = UnitMark.objects.filter(unit=unit, kind=MarkKind.CERTIFICATE, valid_to=None).first()
        if held is not None and held.value == row["status"]:
            continue
        day = row["valid_from"] or timezone.localdate(now)
        day = max(day, unit.received_on, held.valid_from if held else day)
        set_mark(
            unit=unit,
            kind=MarkKind.CERTIFICATE,
            value=CertificateStatus(row["status"]),
            reason=row["note"] or "",
            valid_from=day,
            actor=actor,
            now=now,
        )
        created += 1
    return Committed(created=created, same=len(rows) - created)


@transaction.atomic
def take_loans(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Take the loans of the good staged rows; the same contract again brings its end up to date."""
    rows = _staged(batch, LOAN, _LOANS)
    created = sum(_take_loan(row, unit, actor, now) for row, unit in _with_units(rows))
    return Committed(created=created, same=len(rows) - created)


@transaction.atomic
def record_loans(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
) -> facts.Recorded:
    """Take loans on vehicles in stock; the same contract again brings its end up to date.

    Rows carry the keys of the import `inventory.loan` with resolved `dealer_id`. Wrong rows raise
    `rows_refused`, together with what was `unreadable`, or are left out and reported with `only_good`.
    """
    numbered = [{"row_no": number, **row} for number, row in enumerate(rows, 1)]
    for row in numbered:
        if not policies.loan.can(actor, policies.RECORD, FloorPlanLoan(dealer_id=row["dealer_id"])):
            raise DomainError("not_found", _("This dealer does not exist."))
    problems = [*unreadable, *mark_problems(numbered, today=timezone.localdate(now))]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    created = sum(_take_loan(row, unit, actor, now) for row, unit in _with_units(good))
    return facts.Recorded(created, len(good) - created, 0, problems)


def _take_loan(row: Mapping[str, Any], unit: StockUnit, actor: Actor, now: datetime) -> bool:
    told = {
        "principal_amount": row["principal_amount"],
        "annual_rate": row["annual_rate"] if row["annual_rate"] is not None else Decimal(0),
        "free_days": row["free_days"] or 0,
        "started_on": row["started_on"],
        "ended_on": row["ended_on"],
    }
    key = {"unit": unit, "lender": row["lender"], "number": row["number"]}
    held = FloorPlanLoan.objects.filter(**key).first()
    if held is not None and all(getattr(held, name) == value for name, value in told.items()):
        return False
    loan, _new = FloorPlanLoan.objects.update_or_create(
        **key, defaults=told | {"dealer_id": unit.dealer_id, "recorded_at": now}
    )
    audit.record(actor=actor, action=policies.RECORD, obj=loan, now=now, after=told)
    return True


def _staged(batch: ImportBatch, kind: str, record: str) -> list[dict[str, Any]]:
    given = facts.from_batch(batch, kind, record)
    names = ["row_no", *(part.split()[0] for part in record.split(", "))]
    return [dict(zip(names, values, strict=True)) for values in facts.fetch(given.sql, given.params)]


def _here(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], StockUnit]:
    """The vehicles in stock the rows name, by dealer and VIN."""
    found = StockUnit.objects.filter(gone_on=None, vin__in={row["vin"] for row in rows if row["vin"]})
    return {(unit.dealer_id, unit.vin): unit for unit in found}


def _with_units(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], StockUnit]]:
    units = _here(rows)
    return [(row, units[row["dealer_id"], row["vin"]]) for row in rows]


def _allow(actor: Actor, action: str, unit: StockUnit) -> None:
    if not policies.unit.can(actor, action, unit):
        raise DomainError("not_found", _("This dealer does not exist."))
