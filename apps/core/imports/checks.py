"""Checking an import: read, find the mapping, parse, stage; the result is counts, errors and staged rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from apps.core import audit, files, jobs, news, pii
from apps.core.access import Actor
from apps.core.imports import (
    actors,
    checking,
    committing,
    deciding,
    progress,
    registry,
    sniffing,
    spec,
    staging,
)
from apps.core.models import ImportBatch
from apps.core.models.imports import BatchStatus
from apps.core.spreadsheet import reading
from apps.core.spreadsheet.errors import FileRefused, Phrase

CHECK_JOB = "core.check_import"
INLINE_BYTES = 300_000


def start(batch: ImportBatch, actor: Actor, now: datetime, *, wait: bool = False) -> ImportBatch:
    """Check at once when the file is small or the caller waits, else by a job."""
    batch.status = BatchStatus.CHECKING
    if wait or batch.file.size <= INLINE_BYTES:
        batch.save()
        return check(batch=batch, actor=actor, now=now)
    args = {"batch": batch.pk, "actor": actors.packed(actor)}
    batch.job = jobs.enqueue(CHECK_JOB, args, actor=actor, now=now, dealer_id=batch.dealer_id)
    batch.save()
    return batch


@transaction.atomic
def check(*, batch: ImportBatch, actor: Actor, now: datetime) -> ImportBatch:
    """Read, parse and stage a file; its import ends checked, refused or waiting for its mapping."""
    row = committing.locked(batch, (BatchStatus.CHECKING,))
    report = partial(progress.tell, row.pk)
    report("reading")
    with _collector_at_rest():
        return _check(row, actor, now, report)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """The garbage collector does not walk through all objects while a hundred thousand cells come alive."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _check(row: ImportBatch, actor: Actor, now: datetime, report: checking.Report) -> ImportBatch:
    try:
        table = _read(row)
        facts = sniffing.column_facts(spec.column_names(table.header), [line.values for line in table.rows])
        decision = deciding.decide(row, table, facts, actor)
    except (FileRefused, deciding.ImportRefused) as refused:
        return _refuse(row, refused.code, refused.phrase, actor, now)
    if registry.kinds()[row.kind].is_personal:
        facts = [replace(each, samples=tuple(map(pii.mask_name, each.samples))) for each in facts]
    row.summary = {"given": row.summary.get("given", {}), **_described(table, facts)}
    row.sheet, row.total_rows = table.sheet[:100], len(table.rows)
    row.profile, row.summary["by"] = decision.profile, decision.by
    if not decision.complete:
        return _ask_for_mapping(row, decision.mapping)
    source = deciding.scoped_source(decision.mapping.source, actor, row.dealer_id)
    mapping = replace(decision.mapping, source=source)
    checked = checking.check_table(table, mapping, actor, report)
    report("staging")
    row.spec = mapping.as_json()
    _note(row, checked)
    row.status = BatchStatus.CHECKED
    row.save()
    staging.replace_rows(row, checked)
    if row.mode and committing.may_commit(row, row.mode):
        return committing.try_commit(row, actor, now)
    if row.bad_rows:
        news.tell(news.IMPORT_WAITS, batch=row, now=now)
    return row


def _read(batch: ImportBatch) -> reading.Table:
    given = batch.summary.get("given", {})
    known = batch.spec or (batch.profile.spec if batch.profile else {})
    return reading.read_table(
        files.content(batch.file),
        batch.file.name,
        sheet=given.get("sheet") or known.get("sheet"),
        header_row=given.get("header_row") or known.get("header_row"),
    )


def _described(table: reading.Table, facts: list[sniffing.ColumnFacts]) -> dict[str, Any]:
    """What the pages of an import show of its file."""
    return {
        "header": list(table.header),
        "header_row": table.header_row,
        "sheets": list(table.sheets),
        "columns": [column.as_json() for column in facts],
        "notices": [warned.phrase.as_json() for warned in table.warnings],
    }


def _ask_for_mapping(batch: ImportBatch, draft: spec.Spec) -> ImportBatch:
    batch.status = BatchStatus.MAPPING
    batch.summary["draft"] = draft.as_json()
    batch.save()
    return batch


def _refuse(batch: ImportBatch, code: str, phrase: Phrase, actor: Actor, now: datetime) -> ImportBatch:
    batch.status = BatchStatus.REFUSED
    batch.refusal = {"code": code, "phrase": phrase.as_json()}
    batch.save()
    audit.record(actor=actor, action="core.refuse_import", obj=batch, now=now, after={"code": code})
    news.tell(news.IMPORT_REFUSED, batch=batch, now=now)
    return batch


def _note(batch: ImportBatch, checked: checking.Checked) -> None:
    """Counts and what the result page shows."""
    batch.total_rows, batch.good_rows, batch.bad_rows = checked.total, checked.good, checked.bad
    batch.same_rows, batch.warning_rows = checked.same, len(checked.findings.warnings)
    batch.summary |= {
        "errors": checked.findings.summary(),
        "skipped": checked.skipped,
        "unresolved": {
            name: [{"text": text, "count": count} for text, count in spellings[: checking.LISTED_SPELLINGS]]
            for name, spellings in checked.unresolved.items()
        },
        "dealers": sorted(_dealers(checked)),
        "reach": _reach(checked),
        "unresolved_total": {name: len(spellings) for name, spellings in checked.unresolved.items()},
    }


def _dealers(checked: checking.Checked) -> set[int]:
    """Every dealer the rows name, in whichever field."""
    found: set[int | None] = set()
    for staged in checked.staged:
        columns = registry.kinds()[staged.kind].columns
        for name in {"dealer_id", *(f"{column.name}_id" for column in columns if column.lookup == "dealer")}:
            found |= {row.get(name) for row in staged.rows}
    return {dealer_id for dealer_id in found if dealer_id is not None}


def _reach(checked: checking.Checked) -> dict[str, Any]:
    """How many dealers and which days the good rows of every kind of fact reach."""
    reached: dict[str, Any] = {}
    wrong = checked.findings.errors
    for staged in checked.staged:
        kind = registry.kinds()[staged.kind]
        rows = [row for row in staged.rows if row["row_no"] not in wrong]
        dated = next((column.name for column in kind.columns if column.is_date and column.required), None)
        days = [data[dated] for data in rows if data[dated]] if dated else []
        if rows:
            reached[staged.kind] = {
                "dealers": len({data.get("dealer_id") for data in rows} - {None}),
                "from": min(days).isoformat() if days else None,
                "to": max(days).isoformat() if days else None,
            }
    return reached
