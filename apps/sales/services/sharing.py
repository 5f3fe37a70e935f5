"""A car that several stores sold together is split: each counts its share, all together count it once.

Every store reports the car as its own delivery. The split corrects these deliveries, so that closed months
stay as they were read and a later change of it is one more correction.
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core import audit, jobs, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.sales import policies, rules
from apps.sales import queries as sales
from apps.sales.models import RetailDelivery
from apps.sales.services import posting, telling
from apps.vehicles import facts, handovers

KIND = "sales.credit"
_RECORD = "vin text, dealer_id bigint, credit numeric(7,6), note text"
_REASON = "whether other stores reported a car is known; which they are is told to nobody outside their area"
_NOT_HELD = Phrase(
    gettext_noop(
        "This dealer has no delivery of this car in force. Check VIN and dealer, or take the row out."
    )
)
_HELD_TWICE = Phrase(
    gettext_noop("This dealer reported this car twice. Take the wrong delivery back first, then split it.")
)
_TWICE = Phrase(gettext_noop("This dealer stands twice for this car. Keep one row."))
_FEW = Phrase(gettext_noop("A car is split between two stores at least. Add a row for each of them."))
_MISSING = gettext_noop(
    "%(dealers)s reported this car too. Add a row with its share, or have its delivery taken back first."
)
_OUTSIDE = Phrase(
    gettext_noop("A store outside your area reported this car too. Ask headquarters to split it.")
)
_RANGE = Phrase(gettext_noop("A share lies between 0 and 1 and has 6 decimals at most, for example 0.5."))
_SUM = gettext_noop("The shares of this car add up to %(sum)s. Change them so that they add up to exactly 1.")
_OTHER_ROW = Phrase(
    gettext_noop("Another row of this car is wrong. The rows of a car are taken together: mend that one.")
)


@dataclass(frozen=True)
class Holdings:
    """The standing deliveries of cars the actor may share out, by VIN; the VINs that others hold too."""

    own: Mapping[str, Sequence[RetailDelivery]]
    outside: frozenset[str]


def holdings(vins: Iterable[str], actor: Actor) -> Holdings:
    """Who holds these cars, as far as the actor may share them out."""
    with reach.beyond(_REASON):
        rows = list(sales.standing().filter(vin__in=sorted(set(vins) - {""})).select_related("dealer"))
    own: dict[str, list[RetailDelivery]] = defaultdict(list)
    outside = set()
    for row in sorted(rows, key=lambda row: (row.dealer.code, row.pk)):
        if policies.delivery.can(actor, policies.SPLIT, row):
            own[row.vin].append(row)
        else:
            outside.add(row.vin)
    return Holdings(own, frozenset(outside))


def problems_of(rows: Sequence[Mapping[str, Any]], *, actor: Actor) -> list[RowProblem]:
    """What is wrong with the shares of cars, row by row, and which rows change nothing; nothing is stored."""
    held = holdings((row["vin"] for row in rows if row["vin"]), actor)
    by_car: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_car[row["vin"] or ""].append(row)
    found: list[RowProblem] = []
    for vin, given in by_car.items():
        found += _problems_of_car(given, held.own.get(vin, ()), vin in held.outside)
    return sorted(found, key=lambda problem: problem.row_no)


@transaction.atomic
def record_splits(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
) -> facts.Recorded:
    """Split cars between the stores that reported them; rows carry the keys of the import `sales.credit`.

    The rows of a car stand together: all stores with a delivery in force, shares that add up to exactly 1.
    Wrong rows raise `rows_refused`, together with what was `unreadable`, or are left out with `only_good`.
    """
    del source  # the deliveries keep the sources they came from
    return _record(rows, actor, now, only_good=only_good, unreadable=unreadable)


def _record(
    rows: Sequence[Mapping[str, Any]],
    actor: Actor,
    now: datetime,
    *,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
    batch: ImportBatch | None = None,
) -> facts.Recorded:
    numbered = [{"row_no": number, **row} for number, row in enumerate(rows, 1)]
    _lock({row["vin"] for row in numbered}, actor)
    problems = [*unreadable, *problems_of(numbered, actor=actor)]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    held = holdings((row["vin"] for row in good), actor).own
    given = {(row["vin"], row["dealer_id"]): row["credit"] for row in good}
    shares = {row: given[vin, row.dealer_id] for vin in held for row in held[vin]}
    notes = {row["vin"]: row.get("note") or "" for row in good}
    changed, late = _share(shares, notes, actor, now, batch)
    return facts.Recorded(changed, len(good) - changed, late, problems)


@transaction.atomic
def withdraw_split(*, vin: str, note: str, actor: Actor, now: datetime) -> int:
    """Let a car count in full again; answers at how many stores. DomainError `not_split`, `outside`."""
    _lock({vin}, actor)
    held = holdings([vin], actor)
    shared = [row for row in held.own.get(vin, ()) if row.credit < rules.WHOLE]
    if not shared:
        raise DomainError("not_split", _("This car is not split."))
    if vin in held.outside:
        raise DomainError("outside", _OUTSIDE)
    return _share(dict.fromkeys(shared, rules.WHOLE), {vin: note}, actor, now)[0]


@transaction.atomic
def take_batch(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Split the cars of the good staged rows of an import."""
    done = _record(_staged(batch), actor, now, batch=batch)
    return Committed(created=done.created, same=done.same, late=done.late)


@transaction.atomic
def withdraw_batch(batch: ImportBatch, actor: Actor, now: datetime) -> int:
    """Let cars that stand as an import split them count in full again; answers how many deliveries."""
    by_import = RetailDelivery.objects.filter(
        batch=batch,
        source=OuterRef("source"),
        external_id=OuterRef("external_id"),
        revision=OuterRef("revision") - 1,
    )
    vins = set(sales.standing().filter(Exists(by_import), credit__lt=1).values_list("vin", flat=True))
    _lock(vins, actor)
    held = holdings(vins, actor)
    rows = [row for vin in vins - held.outside for row in held.own.get(vin, ())]
    return _share(dict.fromkeys(rows, rules.WHOLE), {}, actor, now)[0]


def _problems_of_car(
    rows: Sequence[Mapping[str, Any]], held: Sequence[RetailDelivery], outside: bool
) -> list[RowProblem]:
    own = {row["row_no"]: found for row in rows if (found := _fault_of_row(row, rows, held))}
    whole = _OTHER_ROW if own else _fault_of_car(rows, held, outside)
    if whole is not None:
        return [own.get(row["row_no"]) or RowProblem(row["row_no"], "vin", "car", whole) for row in rows]
    now = {row.dealer_id: row.credit for row in held}
    return [
        RowProblem(row["row_no"], "vin", SAME, "") for row in rows if now[row["dealer_id"]] == row["credit"]
    ]


def _fault_of_row(
    row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], held: Sequence[RetailDelivery]
) -> RowProblem | None:
    deliveries = sum(each.dealer_id == row["dealer_id"] for each in held)
    if sum(each["dealer_id"] == row["dealer_id"] for each in rows) > 1:
        code, text = "twice", _TWICE
    elif deliveries != 1:
        code, text = ("held_twice", _HELD_TWICE) if deliveries else ("not_held", _NOT_HELD)
    else:
        return None
    return RowProblem(row["row_no"], "dealer", code, text, value=str(row.get("dealer") or ""))


def _fault_of_car(
    rows: Sequence[Mapping[str, Any]], held: Sequence[RetailDelivery], outside: bool
) -> Phrase | None:
    if outside:
        return _OUTSIDE
    named = {row["dealer_id"] for row in rows}
    missing = [each.dealer.code for each in held if each.dealer_id not in named]
    if missing:
        return Phrase(_MISSING, {"dealers": "、".join(missing)})
    shares = [row["credit"] for row in rows]
    fault = rules.share_fault(shares)
    if fault is rules.ShareFault.SUM:
        return Phrase(_SUM, {"sum": f"{sum(shares).normalize():f}"})
    return None if fault is None else {rules.ShareFault.FEW: _FEW}.get(fault, _RANGE)


def _lock(vins: Iterable[str], actor: Actor) -> None:
    """Let nobody else write to the deliveries of these cars meanwhile."""
    held = holdings(vins, actor).own.values()
    for source in sorted({row.source for rows in held for row in rows}):
        jobs.lock(f"facts:{posting.TABLE}:{source}")


def _staged(batch: ImportBatch) -> list[dict[str, Any]]:
    given = facts.from_batch(batch, KIND, _RECORD)
    names = ("row_no", "vin", "dealer_id", "credit", "note")
    found = facts.fetch(
        f"SELECT {', '.join(names)} FROM ({given.sql}) AS given ORDER BY row_no", given.params
    )
    return [dict(zip(names, values, strict=True)) for values in found]


def _share(
    shares: Mapping[RetailDelivery, Decimal],
    notes: Mapping[str, str],
    actor: Actor,
    now: datetime,
    batch: ImportBatch | None = None,
) -> tuple[int, int]:
    """Correct the deliveries that count otherwise now; answers how many, and how many in a later month."""
    before = {(row.source, row.external_id): row for row, credit in shares.items() if row.credit != credit}
    if not before:
        return 0, 0
    made = posting.share_out({row.pk: shares[row] for row in before.values()}, batch, now)
    late = facts.fetch(
        f"SELECT count(*) FROM {posting.TAKEN_BACK} JOIN given_month "
        "ON occurred_on BETWEEN first_on AND last_on WHERE late"
    )[0][0]
    handovers.changed(given=posting.TAKEN_BACK, now=now)
    rows = list(RetailDelivery.objects.filter(pk__in=made).order_by("pk"))
    changes = [
        audit.Change(
            row,
            before={"credit": _plain(before[row.source, row.external_id].credit)},
            after={"vin": row.vin, "credit": _plain(row.credit), "note": notes.get(row.vin, "")},
        )
        for row in rows
    ]
    audit.record_many(actor=actor, action=policies.SPLIT, changes=changes, now=now)
    telling.tell_stores(rows, now=now)
    return len(made), int(late)


def _plain(credit: Decimal) -> str:
    return f"{credit.normalize():f}"
