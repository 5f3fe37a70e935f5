"""Retail deliveries come in, are taken back and are put right; nothing is ever changed or deleted.

Pages, API and imports end here. Rows are taken set-based, whatever their number.
"""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import deciding, spec
from apps.core.imports.registry import Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.kernel.period import Month, months_between
from apps.metrics import services as metrics
from apps.sales import policies
from apps.sales import queries as sales
from apps.sales.models import RetailDelivery
from apps.sales.services import posting
from apps.vehicles import facts, handovers, holds, queries

PAGE = "page"
_TAKEN_BACK = Phrase(gettext_noop("No delivery in force has this number, so it cannot be taken back."))
_STOPPED = gettext_noop("This vehicle may not be handed over since %(day)s: %(reason)s")
_SAME_CAR = Phrase(gettext_noop("The same car was handed over by the same dealer on the same day already."))


def problems_of(rows: Sequence[Mapping[str, Any]], *, today: date) -> list[RowProblem]:
    """What is wrong with rows of one source, known rows among them; nothing is stored."""
    decoded = queries.decoded({row["vin"] for row in rows if row["vin"]}, today=today)
    found: list[RowProblem] = []
    for column in ("occurred_on", "invoiced_on", "plated_on"):
        found += facts.date_problems(rows, column, today)
    for row in rows:
        if row["vin"] and decoded[row["vin"]].findings:
            found += facts.vin_problems(row["row_no"], decoded[row["vin"]])
    found.sort(key=lambda problem: problem.row_no)
    found += facts.known_rows(rows, table=posting.TABLE, content=posting.CONTENT, content_of=_content_of)
    found += _unknown_returns(rows)
    found += _same_cars(rows)
    found += _stopped(rows)
    return found


@transaction.atomic
def record_deliveries(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
) -> facts.Recorded:
    """Take deliveries held in memory, once for each (source, external id).

    Rows carry the keys of the import `sales.retail` with resolved `dealer_id` and `model_id`. Wrong rows
    raise `rows_refused`, together with what was `unreadable`, or are left out and reported with `only_good`.
    """
    numbered = [{"row_no": number, **row, "source": source} for number, row in enumerate(rows, 1)]
    for row in numbered:
        if not policies.delivery.can(actor, policies.RECORD, RetailDelivery(dealer_id=row["dealer_id"])):
            raise DomainError("not_found", _("This dealer does not exist."))
    problems = [*unreadable, *problems_of(numbered, today=timezone.localdate(now))]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    posted = posting.post(facts.from_rows(good, posting.RECORD), source, None, now)
    metrics.mark_reported(feed=posting.FEED, pairs=posted.pairs, source=source, now=now)
    handovers.changed(given=posting.POSTED, now=now)
    _audit_new(source, actor, now)
    return facts.Recorded(posted.created, posted.same, posted.late, problems)


@transaction.atomic
def enter(*, row: Mapping[str, Any], actor: Actor, now: datetime) -> RetailDelivery:
    """Record one delivery that a person typed; errors as `record_deliveries`, `blocked` under a stop sale."""
    _refuse_stopped(row, actor)
    source = deciding.scoped_source(PAGE, actor)
    record_deliveries(rows=[row], source=source, actor=actor, now=now)
    return _newest(source, row["external_id"])


@transaction.atomic
def take_batch(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Make deliveries of the good staged rows of an import, and note what it reports on."""
    source = batch.spec["source"]
    posted = posting.post(facts.from_batch(batch, posting.FEED, posting.RECORD), source, batch, now)
    named = {row[0] for row in facts.fetch("SELECT DISTINCT dealer_id FROM given_delivery")}
    pairs = set(posted.pairs) | _covered(batch, named)
    metrics.mark_reported(feed=posting.FEED, pairs=pairs, source=source, now=now)
    handovers.changed(given=posting.POSTED, now=now)
    return Committed(created=posted.created, same=posted.same, late=posted.late)


@transaction.atomic
def withdraw_batch(batch: ImportBatch, actor: Actor, now: datetime) -> int:
    """Take back every delivery of an import that is in force, and the returns of them; answers how many."""
    chosen = (
        f"SELECT f.id FROM {posting.TABLE} AS f "
        f"LEFT JOIN {posting.TABLE} AS origin ON origin.id = f.reverses_id "
        "WHERE f.batch_id = %(batch)s OR origin.batch_id = %(batch)s"
    )
    countered = posting.counter(chosen, {"batch": batch.pk}, batch, now)
    handovers.changed(given="taken_back", now=now)
    metrics.retract(feed=posting.FEED, pairs=_left_empty(batch), source=batch.spec["source"])
    return countered


@transaction.atomic
def record_return(
    *, delivery: RetailDelivery, returned_on: date, note: str, actor: Actor, now: datetime
) -> RetailDelivery:
    """Take a delivered car back on a day: a new fact of −1 that points to the delivery.

    Errors: `not_in_force` for a delivery already taken back, `date_range` before the delivery or ahead.
    """
    held = _in_force(delivery, actor, policies.CORRECT)
    if held.quantity < 0:
        raise DomainError("not_in_force", _("Only a delivery can be returned."))
    if not held.occurred_on <= returned_on <= timezone.localdate(now):
        message = _("The day lies between the delivery and today.")
        raise DomainError("date_range", message, fields={"returned_on": message})
    row = _row_of(held) | {
        "external_id": f"{held.external_id}~return",
        "occurred_on": returned_on,
        "quantity": -1,
        "returns": held.external_id,
        "note": note,
    }
    posting.post(facts.from_rows([row], posting.RECORD), held.source, None, now)
    made = _newest(held.source, row["external_id"])
    metrics.mark_reported(
        feed=posting.FEED, pairs=[(made.dealer_id, Month.of(made.period))], source=held.source, now=now
    )
    handovers.changed(given=posting.POSTED, now=now)
    audit.record(actor=actor, action=policies.CORRECT, obj=made, now=now, after=_trail(made))
    return made


@transaction.atomic
def correct(
    *, delivery: RetailDelivery, changes: Mapping[str, Any], actor: Actor, now: datetime
) -> RetailDelivery:
    """Put a delivery right: a counter-fact takes the wrong one back, a new revision says what is true.

    Errors: `not_in_force`, `nothing_changed`, `rows_refused`, `blocked` for another car under a stop sale.
    """
    held = _in_force(delivery, actor, policies.CORRECT)
    row = _row_of(held) | dict(changes) | {"row_no": 1, "source": held.source}
    if _content_of(row) == _content_of(_row_of(held)) and row["model_id"] == held.model_id:
        raise DomainError("nothing_changed", _("Nothing was changed."))
    if row["vin"] != held.vin:
        _refuse_stopped(row, actor)
    other = RetailDelivery(dealer_id=row["dealer_id"])
    if not policies.delivery.can(actor, policies.CORRECT, other):
        raise DomainError("not_found", _("This dealer does not exist."))
    posting.counter("SELECT %(pk)s::bigint", {"pk": held.pk}, None, now)
    wrong = [problem for problem in problems_of([row], today=timezone.localdate(now)) if not problem.warning]
    if wrong:
        raise facts.RowsRefused(wrong)
    posted = posting.post(facts.from_rows([row], posting.RECORD), held.source, None, now)
    metrics.mark_reported(feed=posting.FEED, pairs=posted.pairs, source=held.source, now=now)
    both = f"(SELECT dealer_id, vin FROM {posting.POSTED} UNION SELECT dealer_id, vin FROM taken_back)"
    handovers.changed(given=both, now=now)
    made = _newest(held.source, held.external_id)
    audit.record(
        actor=actor, action=policies.CORRECT, obj=made, now=now, before=_trail(held), after=_trail(made)
    )
    return made


def new_external_id() -> str:
    """An identity for a delivery that was entered by hand."""
    return uuid.uuid4().hex


def _covered(batch: ImportBatch, dealers: Iterable[int]) -> set[tuple[int, Month]]:
    """The dealers and months an import declares to be complete: those it names, in the months it covers."""
    covered = spec.coverage(batch.spec.get("coverage"))
    months = list(months_between(covered.start, covered.end)) if covered else []
    return {(dealer, month) for dealer in dealers for month in months}


def _left_empty(batch: ImportBatch) -> set[tuple[int, Month]]:
    """The dealers and months an import reported of which no delivery is in force any more."""
    reported = {
        (dealer, Month.of(period))
        for dealer, period in RetailDelivery.objects.filter(batch=batch).values_list("dealer_id", "period")
    }
    reported |= _covered(batch, {dealer for dealer, _month in reported})
    dealers = {dealer for dealer, _month in reported}
    left = sales.in_force().filter(dealer__in=dealers).values_list("dealer_id", "period").distinct()
    return reported - {(dealer, Month.of(period)) for dealer, period in left}


def _content_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    texts = (row.get(name) or "" for name in ("model", *posting.TEXTS))
    plain = (row.get(name) for name in posting.PLAIN)
    return (row["dealer_id"], row["occurred_on"], row.get("quantity") or 1, *texts, *plain)


def _row_of(held: RetailDelivery) -> dict[str, Any]:
    """A delivery as a row that could be given again."""
    row = {column: getattr(held, column) for column in (*posting.CONTENT, "model_id", "external_id")}
    origin = held.reverses.external_id if held.reverses else None
    return row | {"model": row.pop("model_text"), "returns": origin}


def _unknown_returns(rows: Sequence[Mapping[str, Any]]) -> Iterator[RowProblem]:
    """Rows that take back a delivery nobody knows, in the file or before."""
    named = [row for row in rows if row.get("returns")]
    if not named:
        return
    given = {row["external_id"] for row in rows}
    known = facts.fetch(
        f"SELECT DISTINCT external_id FROM {posting.TABLE} WHERE source = %s AND external_id = ANY(%s)",
        (rows[0]["source"], [row["returns"] for row in named]),
    )
    found = given | {external_id for (external_id,) in known}
    for row in named:
        if row["returns"] not in found:
            yield RowProblem(row["row_no"], "returns", "unknown_return", _TAKEN_BACK, value=row["returns"])


def _same_cars(rows: Sequence[Mapping[str, Any]]) -> Iterator[RowProblem]:
    """Warn of cars handed over twice on one day by one dealer under different numbers."""
    sold = [row for row in rows if row["vin"] and (row.get("quantity") or 1) > 0]
    known = facts.fetch(
        f"SELECT dealer_id, vin, occurred_on, source, external_id FROM {posting.TABLE} "
        "WHERE vin = ANY(%s) AND vin <> '' AND quantity > 0",
        ([row["vin"] for row in sold],),
    )
    seen: dict[tuple[Any, ...], set[tuple[str, str]]] = {}
    for dealer_id, vin, day, source, external_id in known:
        seen.setdefault((dealer_id, vin, day), set()).add((source, external_id))
    for row in sold:
        place = seen.setdefault((row["dealer_id"], row["vin"], row["occurred_on"]), set())
        if place - {(row["source"], row["external_id"])}:
            yield RowProblem(row["row_no"], "vin", "same_car", _SAME_CAR, warning=True, value=row["vin"])
        place.add((row["source"], row["external_id"]))


def _stopped(rows: Sequence[Mapping[str, Any]]) -> Iterator[RowProblem]:
    """Warn of cars that may not be handed over; what was handed over all the same is taken in and flagged."""
    sold = [row for row in rows if row["vin"] and row["occurred_on"] and (row.get("quantity") or 1) > 0]
    held = holds.holds({row["vin"] for row in sold})
    for row in sold:
        for hold in held.get(row["vin"], ()):
            if hold.holds_on(row["occurred_on"]):
                text = Phrase(_STOPPED, {"day": hold.since.isoformat(), "reason": hold.reason})
                yield RowProblem(row["row_no"], "vin", "stop_sale", text, warning=True, value=row["vin"])


def _refuse_stopped(row: Mapping[str, Any], actor: Actor) -> None:
    """Refuse that a person hands over a car whose sale is stopped, unless it is his to clear up."""
    problems = [] if actor.may(policies.DESPITE_STOP) else list(_stopped([{"row_no": 1, **row}]))
    if problems:
        text = problems[0].message
        raise DomainError("blocked", text, fields={"vin": text})


def _in_force(delivery: RetailDelivery, actor: Actor, action: str) -> RetailDelivery:
    """The delivery, locked, if it is in force, not returned, and the actor's to change."""
    jobs.lock(f"facts:{posting.TABLE}:{delivery.source}")
    decision = policies.delivery.can(actor, action, delivery)
    if not decision:
        raise DomainError("forbidden", decision.reason)
    if not sales.in_force().filter(pk=delivery.pk).exists():
        raise DomainError("not_in_force", _("This delivery was taken back already."))
    if sales.in_force().filter(reverses=delivery).exists():
        raise DomainError("not_in_force", _("This delivery was returned already."))
    return delivery


def _newest(source: str, external_id: str) -> RetailDelivery:
    rows = RetailDelivery.objects.filter(source=source, external_id=external_id)
    return rows.order_by("-revision")[0]


def _trail(held: RetailDelivery) -> dict[str, Any]:
    """What the audit trail keeps of a delivery."""
    shown = ("occurred_on", "quantity", "vin", "model_text", "price_amount", "revision")
    return {name: getattr(held, name) for name in shown}


def _audit_new(source: str, actor: Actor, now: datetime) -> None:
    """One event for each delivery made of the rows just staged."""
    new = [row[0] for row in facts.fetch("SELECT external_id FROM given_delivery WHERE NOT in_force")]
    made = sales.in_force().filter(source=source, external_id__in=new).order_by("pk")
    changes = [audit.Change(row, after=_trail(row)) for row in made]
    audit.record_many(actor=actor, action=policies.RECORD, changes=changes, now=now)
