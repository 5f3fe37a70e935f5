"""What the pages and the API of imports show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from apps.core import files, pii
from apps.core.access import Actor
from apps.core.imports import (
    deciding,
    derivations,
    findings,
    lookups,
    messages,
    parsing,
    policies,
    registry,
    sniffing,
    spec,
)
from apps.core.imports.similarity import Nearest
from apps.core.models import ImportBatch, ImportRow, MappingProfile
from apps.core.models.imports import BatchStatus
from apps.core.spreadsheet import annotating, reading
from apps.core.spreadsheet.annotating import TemplateColumn
from apps.core.spreadsheet.errors import BUDGET, CellError, ErrorList, Phrase

PREVIEW_ROWS = 8
MOST_CHOICES = 1_000
FIELDS_MISSING = messages.FIELDS_MISSING


def batches(*, actor: Actor) -> QuerySet[ImportBatch]:
    """The imports this actor may see, with their files and profiles."""
    return policies.batch.visible_to(actor, ImportBatch.objects.select_related("file", "profile", "job"))


def profiles(*, actor: Actor) -> QuerySet[MappingProfile]:
    """The mapping profiles this actor may use."""
    return policies.profile.visible_to(actor, MappingProfile.objects.all())


def listed_profiles(*, actor: Actor) -> QuerySet[MappingProfile]:
    """The mapping profiles this actor may use; `own`: whether it may change it."""
    rows = profiles(actor=actor)
    kept = _own(rows, actor)
    return rows.annotate(own=ExpressionWrapper(Q(pk__in=kept), output_field=BooleanField()))


def own_profiles(*, actor: Actor) -> QuerySet[MappingProfile]:
    """The mapping profiles this actor may look into and change."""
    rows = listed_profiles(actor=actor)
    return rows.filter(pk__in=_own(rows, actor))


def _own(rows: QuerySet[MappingProfile], actor: Actor) -> list[int]:
    return [row.pk for row in rows if policies.may_edit_profile(actor, row)]


def problem_rows(*, batch: ImportBatch) -> QuerySet[ImportRow]:
    """The rows with errors in file order, each once however many facts it makes."""
    rows = ImportRow.objects.filter(batch=batch).exclude(errors=[])
    return rows.order_by("row_no", "output").distinct("row_no")


def errors(*, batch: ImportBatch, limit: int = BUDGET, offset: int = 0) -> list[CellError]:
    """The errors kept with their detail, in file order."""
    found: list[CellError] = []
    for stored in problem_rows(batch=batch).values_list("errors", flat=True).iterator():
        found.extend(findings.cell_errors(stored))
        if len(found) >= offset + limit:
            break
    return found[offset : offset + limit]


def warnings(*, batch: ImportBatch, limit: int = BUDGET) -> list[CellError]:
    """The warnings kept with their detail, in file order; once imported only those of wrong rows remain."""
    rows = ImportRow.objects.filter(batch=batch).exclude(warnings=[])
    found: list[CellError] = []
    for stored in rows.order_by("row_no", "output").distinct("row_no").values_list("warnings", flat=True):
        found.extend(findings.cell_errors(stored))
        if len(found) >= limit:
            break
    return found[:limit]


@dataclass(frozen=True)
class Preview:
    """The first rows of one kind of fact as they were understood."""

    label: Any
    heads: Sequence[Any]
    rows: Sequence[tuple[int, Sequence[Any]]]


def previews(*, batch: ImportBatch) -> list[Preview]:
    """The first good rows of every kind of fact the file makes."""
    shown = []
    for number, output in enumerate(batch.spec.get("outputs", [])):
        kind = registry.kinds().get(output["kind"])
        if kind is None:
            continue
        rows = ImportRow.objects.filter(batch=batch, output=number, errors=[]).order_by("row_no")
        columns = [column for column in kind.columns if column.name in output["fields"] or column.default]
        lines = [
            (row_no, [_previewed(column, data.get(column.name)) for column in columns])
            for row_no, data in rows.values_list("row_no", "data")[:PREVIEW_ROWS]
        ]
        if lines:
            shown.append(Preview(kind.label, [column.label for column in columns], lines))
    return shown


def _previewed(column: registry.ImportColumn, value: Any) -> Any:
    """A staged value as a preview shows it: personal ones as their mask."""
    return pii.Masked(pii.decrypted(value), column.personal) if column.personal and value else value


@dataclass(frozen=True)
class Spelling:
    """A spelling nothing is known under: in how many rows, and what it may mean."""

    text: str
    count: int
    suggestion: lookups.Choice | None


@dataclass(frozen=True)
class Unresolved:
    """The unknown spellings of one lookup and what may be done about them."""

    lookup: lookups.Lookup
    spellings: Sequence[Spelling]
    total: int
    choices: Sequence[lookups.Choice]
    may_create: bool
    blocking: bool
    """Whether rows stay wrong until this is explained."""


def unresolved(*, batch: ImportBatch, actor: Actor) -> list[Unresolved]:
    """What is to be explained, what keeps rows from becoming good first."""
    kinds = [registry.kinds()[output["kind"]] for output in batch.spec["outputs"]]
    blocking = {column.lookup for kind in kinds for column in kind.columns if column.required}
    groups = []
    for name, items in batch.summary.get("unresolved", {}).items():
        if not items or name not in lookups.registered():
            continue
        lookup = lookups.get(name)
        choices = list(lookup.choices(actor)) if lookup.choices else []
        nearest = Nearest([(choice, choice.label) for choice in choices])
        spellings = [Spelling(item["text"], item["count"], nearest.find(item["text"])) for item in items]
        total = batch.summary["unresolved_total"][name]
        may_create, urgent = lookup.may_create(actor), name in blocking
        groups.append(Unresolved(lookup, spellings, total, choices[:MOST_CHOICES], may_create, urgent))
    return sorted(groups, key=lambda group: not group.blocking)


def same_file(*, batch: ImportBatch, actor: Actor) -> ImportBatch | None:
    """An earlier import of the same bytes that became facts, if the actor may see it."""
    rows = batches(actor=actor).filter(
        kind=batch.kind, file__sha256=batch.file.sha256, status=BatchStatus.COMMITTED, pk__lt=batch.pk
    )
    return rows.order_by("-pk").first()


def facts_of(batch: ImportBatch) -> list[sniffing.ColumnFacts]:
    """The columns of the file of an import."""
    return [sniffing.ColumnFacts.from_json(stored) for stored in batch.summary.get("columns", [])]


def choices(*, mapping: spec.Spec, actor: Actor) -> dict[str, Sequence[lookups.Choice]]:
    """What may stand in the fields of a mapping that are looked up, by lookup."""
    kinds = [registry.kinds()[output.kind] for output in mapping.outputs]
    names = {column.lookup for kind in kinds for column in kind.columns if column.lookup}
    offered = {name: lookups.get(name).choices for name in sorted(names)}
    return {name: list(listing(actor))[:MOST_CHOICES] for name, listing in offered.items() if listing}


def open_fields(*, batch: ImportBatch) -> list[registry.ImportColumn]:
    """The required fields an import still has no column for."""
    return deciding.missing_fields(mapping_of(batch=batch))


def mapping_of(*, batch: ImportBatch) -> spec.Spec:
    """The mapping of an import, or the draft people are completing."""
    return spec.from_json(batch.summary.get("draft") or batch.spec)


def suggested_output(*, batch: ImportBatch, kind: str, actor: Actor) -> spec.Output:
    """The likely columns of one more fact of each row."""
    facts = facts_of(batch)
    return deciding.suggest_output(registry.kinds()[kind], facts, [column.samples for column in facts], actor)


def refusal(batch: ImportBatch) -> Phrase | None:
    """Why a file was refused as a whole."""
    return Phrase.from_json(batch.refusal["phrase"]) if batch.refusal else None


def commit_refusal(batch: ImportBatch) -> str | None:
    """Why a rule refused to make facts of the checked rows."""
    refused = batch.summary.get("refused_commit")
    return str(Phrase.from_json(refused["phrase"])) if refused else None


def named_profile(*, actor: Actor, kind: str, name: str) -> MappingProfile | None:
    """The visible profile of a kind by name or number, an own one before one of headquarters."""
    wanted = Q(name=name) | Q(pk=int(name)) if name.isdecimal() and len(name) < 10 else Q(name=name)
    rows = profiles(actor=actor).filter(wanted, kind=kind).order_by("-updated_at")
    return next(iter(sorted(rows, key=lambda row: row.owner_id != actor.user_id)), None)


def annotated(*, batch: ImportBatch) -> bytes:
    """A copy of the uploaded table with every wrong cell red and explained."""
    listed = ErrorList()
    for error in errors(batch=batch):
        listed.add(error)
    counted = batch.summary.get("errors", {})
    listed.total = counted.get("total", listed.total)
    listed.rows = set(problem_rows(batch=batch).values_list("row_no", flat=True))
    table = reading.read_table(
        files.content(batch.file),
        batch.file.name,
        sheet=batch.spec.get("sheet"),
        header_row=batch.spec.get("header_row"),
    )
    return annotating.annotate(table, listed, title=batch.file.name)


def template(*, kind: registry.ImportKind) -> bytes:
    """An empty workbook with the fields of a kind."""
    columns = [
        TemplateColumn(
            column.label,
            parsing.expected_of(column),
            required=column.required and not column.default,
            example=column.example or None,
            kind="date" if column.is_date else "text",
        )
        for column in kind.columns
    ]
    return annotating.template(columns, kind.label, version=f"{kind.code} 1")


@dataclass(frozen=True)
class OutputLines:
    """One fact of a saved mapping in words."""

    label: Any
    when: str
    lines: Sequence[tuple[Any, spec.FieldSource, Any]]


def profile_lines(profile: MappingProfile) -> list[OutputLines]:
    """What a profile says, fact by fact and field by field."""
    shown = []
    for output in spec.from_json(profile.spec).outputs:
        kind = registry.kinds()[output.kind]
        lines = [
            (kind.column(name).label, source, source.derive and derivations.ALL[source.derive].label)
            for name, source in output.fields.items()
        ]
        shown.append(OutputLines(kind.label, output.when, lines))
    return shown
