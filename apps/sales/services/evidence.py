"""Documents about sold cars come in and are withdrawn; nothing is ever changed or deleted."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core import audit, files, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch, StoredFile
from apps.core.spreadsheet.errors import Phrase
from apps.sales import policies
from apps.sales import queries as sales
from apps.sales.models import SaleEvidence
from apps.vehicles import facts, queries

KIND = "sales.evidence"
TABLE = SaleEvidence._meta.db_table
FILES = ("pdf", "jpeg", "png", "webp")
_IDENTITY = ("dealer_id", "vin", "kind", "number", "issued_on")
_RECORD = "dealer_id bigint, vin text, kind text, number text, issued_on date, note text"
_NOT_SOLD = Phrase(gettext_noop("This dealer reported no delivery of this car."))


@dataclass(frozen=True)
class Paper:
    """The file of a document as somebody sent it."""

    name: str
    content: bytes


def problems_of(rows: Sequence[Mapping[str, Any]], *, today: date) -> list[RowProblem]:
    """What is wrong with rows, known documents and cars nobody sold among them; nothing is stored."""
    decoded = queries.decoded({row["vin"] for row in rows if row["vin"]}, today=today)
    found: list[RowProblem] = list(facts.date_problems(rows, "issued_on", today))
    for row in rows:
        if row["vin"] and decoded[row["vin"]].findings:
            found += facts.vin_problems(row["row_no"], decoded[row["vin"]])
    found += _known_and_unsold(rows)
    return sorted(found, key=lambda problem: problem.row_no)


@transaction.atomic
def record_evidence(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
    file: StoredFile | None = None,
) -> facts.Recorded:
    """Take documents held in memory, each once; rows carry the keys of the import `sales.evidence`.

    Wrong rows raise `rows_refused`, together with what was `unreadable`, or are left out with `only_good`.
    """
    numbered = [{"row_no": number, **row, "source": source} for number, row in enumerate(rows, 1)]
    for row in numbered:
        if not policies.evidence.can(actor, policies.EVIDENCE, SaleEvidence(dealer_id=row["dealer_id"])):
            raise DomainError("not_found", _("This dealer does not exist."))
    problems = [*unreadable, *problems_of(numbered, today=timezone.localdate(now))]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    made = _post(facts.from_rows(good, _RECORD), source, None, actor, now, file)
    audit.record_many(
        actor=actor,
        action=policies.EVIDENCE,
        changes=[
            audit.Change(row, after=_trail(row))
            for row in SaleEvidence.objects.filter(pk__in=made).order_by("pk")
        ],
        now=now,
    )
    return facts.Recorded(len(made), len(good) - len(made), 0, problems)


@transaction.atomic
def enter_evidence(
    *, row: Mapping[str, Any], paper: Paper | None, source: str, actor: Actor, now: datetime
) -> SaleEvidence:
    """Record one document with its file; DomainError `known` when it was recorded already."""
    stored = None
    if paper is not None:
        stored = files.receive(
            content=paper.content,
            name=paper.name,
            allowed=FILES,
            actor=actor,
            now=now,
            dealer_id=row["dealer_id"],
            evidence=True,
        )
    done = record_evidence(rows=[row], source=source, actor=actor, now=now, file=stored)
    if not done.created:
        raise DomainError("known", _("This document was recorded already."))
    same = {name: row.get(name) or "" for name in _IDENTITY}
    return SaleEvidence.objects.filter(**same).order_by("-revision")[0]


def record_accepted(
    *, row: Mapping[str, Any], file: StoredFile, source: str, actor: Actor, now: datetime
) -> None:
    """Record a document that was accepted in another proceeding, with the file handed in there.

    Whoever decided there needs no right of its own here; a document known already is no error.
    """
    made = _post(facts.from_rows([row], _RECORD), source, None, actor, now, file)
    for each in SaleEvidence.objects.filter(pk__in=made):
        audit.record(actor=actor, action=policies.EVIDENCE, obj=each, now=now, after=_trail(each))


@transaction.atomic
def take_batch(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Make documents of the good staged rows of an import."""
    given = facts.from_batch(batch, KIND, _RECORD)
    counted = facts.fetch(f"SELECT count(*) FROM ({given.sql}) AS given", given.params)[0][0]
    made = _post(given, batch.spec["source"], batch, actor, now, None)
    return Committed(created=len(made), same=int(counted) - len(made))


@transaction.atomic
def withdraw_batch(batch: ImportBatch, actor: Actor, now: datetime) -> int:
    """Take back every document of an import that is in force; answers how many."""
    return _counter("e.batch_id = %(batch)s", {"batch": batch.pk}, actor, now, "")


@transaction.atomic
def withdraw_evidence(*, evidence: SaleEvidence, note: str, actor: Actor, now: datetime) -> None:
    """Take a document back, with the reason. DomainError `not_in_force`."""
    if not policies.evidence.can(actor, policies.WITHDRAW, evidence):
        raise DomainError("forbidden", _("Your role does not include this action."))
    if not _counter("e.id = %(pk)s", {"pk": evidence.pk}, actor, now, note):
        raise DomainError("not_in_force", _("This document was withdrawn already."))
    audit.record(
        actor=actor,
        action=policies.WITHDRAW,
        obj=evidence,
        now=now,
        before=_trail(evidence),
        after={"note": note},
    )


def _post(
    given: facts.Given,
    source: str,
    batch: ImportBatch | None,
    actor: Actor,
    now: datetime,
    file: StoredFile | None,
) -> list[int]:
    """Insert the given documents that are not in force; answers their keys."""
    jobs.lock(f"facts:{TABLE}")
    same = " AND ".join(f"e.{name} = g.{name}" for name in _IDENTITY)
    inserted = facts.fetch(
        f"""
        INSERT INTO {TABLE} (dealer_id, vin, kind, number, issued_on, note, revision, recorded_at,
                             recorded_by, source, batch_id, file_id)
        SELECT g.*, coalesce(known.revision, 0) + 1, %s, %s, %s, %s, %s
          FROM (SELECT DISTINCT ON (dealer_id, vin, kind, number, issued_on) * FROM (
                SELECT dealer_id, vin, kind, coalesce(number, '') AS number, issued_on,
                       coalesce(note, '') AS note FROM ({given.sql}) AS raw ORDER BY row_no) AS cleaned) AS g
          LEFT JOIN LATERAL (
               SELECT revision FROM {TABLE} AS e WHERE {same} ORDER BY revision DESC LIMIT 1) AS known ON true
         WHERE mod(coalesce(known.revision, 0), 2) = 0
        RETURNING id
        """,
        (now, actor.label, source, batch.pk if batch else None, file.pk if file else None, *given.params),
    )
    facts.analyse(TABLE, rows=len(inserted))
    return [pk for (pk,) in inserted]


def _counter(chosen: str, params: Mapping[str, Any], actor: Actor, now: datetime, note: str) -> int:
    same = " AND ".join(f"n.{name} = e.{name}" for name in _IDENTITY)
    jobs.lock(f"facts:{TABLE}")
    return facts.execute(
        f"""
        INSERT INTO {TABLE} (dealer_id, vin, kind, number, issued_on, note, revision, recorded_at,
                             recorded_by, source, batch_id, file_id)
        SELECT e.dealer_id, e.vin, e.kind, e.number, e.issued_on, %(note)s, e.revision + 1, %(now)s,
               %(by)s, e.source, e.batch_id, e.file_id
          FROM {TABLE} AS e
         WHERE {chosen} AND mod(e.revision, 2) = 1
           AND NOT EXISTS (SELECT 1 FROM {TABLE} AS n WHERE {same} AND n.revision > e.revision)
        """,
        {**params, "now": now, "by": actor.label, "note": note},
    )


def _known_and_unsold(rows: Sequence[Mapping[str, Any]]) -> Iterator[RowProblem]:
    vins = sorted({row["vin"] for row in rows if row["vin"]})
    known = set(
        sales.evidence_in_force()
        .filter(vin__in=vins)
        .values_list("dealer_id", "vin", "kind", "number", "issued_on")
    )
    found = facts.fetch(
        "SELECT DISTINCT dealer_id, vin FROM sales_retaildelivery WHERE vin = ANY(%s) AND vin <> ''", (vins,)
    )
    sold = {tuple(row) for row in found}
    for row in rows:
        if (row["dealer_id"], row["vin"], row["kind"], row.get("number") or "", row["issued_on"]) in known:
            yield RowProblem(row["row_no"], "vin", SAME, "")
        elif (row["dealer_id"], row["vin"]) not in sold:
            yield RowProblem(row["row_no"], "vin", "not_sold", _NOT_SOLD, warning=True, value=row["vin"])


def _trail(row: SaleEvidence) -> dict[str, Any]:
    shown = ("vin", "kind", "number", "issued_on", "revision")
    return {name: getattr(row, name) for name in shown}
