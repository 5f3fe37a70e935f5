"""Which mapping reads a file: the one given, a saved profile, or its own headings; else a suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.core.access import Actor
from apps.core.imports import checking, lookups, matching, messages, policies, registry, sniffing, spec
from apps.core.imports.registry import ImportColumn, ImportKind
from apps.core.imports.sniffing import ColumnFacts
from apps.core.models import ImportBatch, MappingProfile
from apps.core.spreadsheet.errors import Phrase
from apps.core.spreadsheet.reading import Table

LISTED = 40


class ImportRefused(Exception):
    """A file that can be read but not imported as asked; the phrase says why and what to do."""

    def __init__(self, code: str, phrase: Phrase) -> None:
        super().__init__(code)
        self.code = code
        self.phrase = phrase


@dataclass(frozen=True)
class Decision:
    """The mapping a file is read with, or a draft for people to complete."""

    mapping: spec.Spec
    complete: bool
    profile: MappingProfile | None = None
    by: str = ""
    """`given`, `profile`, `headings`, or empty for a draft."""


def decide(batch: ImportBatch, table: Table, facts: Sequence[ColumnFacts], actor: Actor) -> Decision:
    """Find the mapping; ImportRefused when the profile asked for does not fit."""
    names = tuple(column.name for column in facts)
    if batch.spec:
        mapping = spec.from_json(batch.spec)
        complete = not missing_columns(mapping, names) and not missing_fields(mapping)
        return Decision(mapping, complete, batch.profile, by="given" if complete else "")
    given = batch.summary.get("given", {})
    profile = batch.profile or _known(batch.kind, table.header, actor)
    if profile is not None:
        mapping = _with_given(spec.from_json(profile.spec), given)
        lost = missing_columns(mapping, names)
        if lost and batch.profile is not None:
            params = {"profile": profile.name, "columns": "、".join(lost)}
            raise ImportRefused("columns_missing", Phrase(messages.COLUMNS_MISSING, params))
        if not lost:
            mapping = _filled(mapping, given, actor)
            complete = not missing_fields(mapping)
            return Decision(mapping, complete, profile, by="profile" if complete else "")
    kind = registry.kinds()[batch.kind]
    by_name = _filled(_from_headings(kind, names, facts), given, actor)
    if _is_clear(by_name, facts):
        return Decision(_with_given(by_name, given), True, by="headings")
    suggested = _filled(suggestion(kind, table, facts, actor), given, actor)
    return Decision(_with_given(suggested, given), False)


def missing_columns(mapping: spec.Spec, names: Sequence[str]) -> list[str]:
    """The columns a mapping needs and the file does not have."""
    wanted = dict.fromkeys(name for output in mapping.outputs for name in _used(output))
    found = spec.positions(names, list(wanted))
    return [name for name in wanted if name not in found]


def missing_fields(mapping: spec.Spec) -> list[ImportColumn]:
    """The required fields that get their cells from nowhere."""
    return [
        column
        for output in mapping.outputs
        for column in registry.kinds()[output.kind].columns
        if column.required and column.name not in output.fields and not column.default
    ]


def suggestion(kind: ImportKind, table: Table, facts: Sequence[ColumnFacts], actor: Actor) -> spec.Spec:
    """The most likely mapping of a file nobody has described yet."""
    rows = [row.values for row in table.rows]
    cells = [sniffing.sampled(rows, position) for position in range(len(facts))]
    return spec.Spec((suggest_output(kind, facts, cells, actor),))


def suggest_output(
    kind: ImportKind, facts: Sequence[ColumnFacts], cells: Sequence[Sequence[Any]], actor: Actor
) -> spec.Output:
    """The most likely columns of one kind of fact."""

    def resolvable(lookup: str, found: Sequence[Any]) -> float:
        texts = {str(cell).strip(): 1 for cell in found}
        return len(checking.resolve(lookup, texts, {}, actor)) / len(texts)

    matches = matching.suggest(kind.columns, facts, cells, resolvable)
    fields = {name: _column(kind.column(name), facts[match.position]) for name, match in matches.items()}
    return spec.Output(kind.code, {**_own_constants(kind, actor), **fields})


def scoped_source(source: str, actor: Actor, dealer_id: int | None = None) -> str:
    """The source under which facts are known again: uploads of different dealers never meet.

    `dealer_id` is the dealer whose upload it is, whoever works on it.
    """
    dealer = policies.dealer_of(actor) or dealer_id
    if not actor.is_dealer and dealer is None:
        return source
    suffix = f"@{dealer}" if dealer is not None else f"@u{actor.user_id}"
    return source if source.endswith(suffix) else f"{source[: 40 - len(suffix)]}{suffix}"


def _used(output: spec.Output) -> list[str]:
    names = [name for source in output.fields.values() for name in source.used]
    return [*names, output.when] if output.when else names


def _known(kind: str, header: Sequence[str], actor: Actor) -> MappingProfile | None:
    """The newest visible profile made for these headings, an own one before one of headquarters."""
    rows = MappingProfile.objects.filter(kind=kind, header_key=spec.header_key(header))
    found = list(policies.profile.visible_to(actor, rows).order_by("-updated_at"))
    return next(iter(sorted(found, key=lambda row: row.owner_id != actor.user_id)), None)


def _with_given(mapping: spec.Spec, given: dict[str, Any]) -> spec.Spec:
    """The mapping with the source, sheet and months told with the upload."""
    return replace(
        mapping,
        source=given.get("source") or mapping.source,
        sheet=given.get("sheet") or mapping.sheet,
        header_row=given.get("header_row") or mapping.header_row,
        coverage=spec.coverage(given.get("coverage")) or mapping.coverage,
    )


def _from_headings(kind: ImportKind, names: Sequence[str], facts: Sequence[ColumnFacts]) -> spec.Spec:
    """The mapping of a file as far as its headings are our own."""
    found = matching.by_heading(kind.columns, names)
    fields = {name: spec.FieldSource(column=facts[position].name) for name, position in found.items()}
    return spec.Spec((spec.Output(kind.code, fields),))


def _is_clear(mapping: spec.Spec, facts: Sequence[ColumnFacts]) -> bool:
    """Whether nobody need look at a mapping: headings are known, no field is missing, dates are clear."""
    known = {column.name: column for column in facts}
    kind, sources = registry.kinds()[mapping.kind], mapping.outputs[0].fields
    mapped = {name: known[source.column] for name, source in sources.items() if source.column}
    guesses = [column.guess for name, column in mapped.items() if kind.column(name).is_date]
    dated = all(guess is None or guess == sniffing.DateGuess() for guess in guesses)
    return bool(mapped) and dated and not missing_fields(mapping)


def _filled(mapping: spec.Spec, given: dict[str, Any], actor: Actor) -> spec.Spec:
    """The mapping with what was told once for all rows, and what a dealer's user need not say."""
    outputs = []
    for output in mapping.outputs:
        kind = registry.kinds()[output.kind]
        told = {
            name: spec.FieldSource(constant=value)
            for name, value in given.get("constants", {}).items()
            if any(column.name == name for column in kind.columns)
        }
        outputs.append(replace(output, fields={**_own_constants(kind, actor), **told, **output.fields}))
    return replace(mapping, outputs=tuple(outputs))


def _column(field: ImportColumn, column: ColumnFacts) -> spec.FieldSource:
    formats = column.guess.formats if field.is_date and column.guess else ()
    return spec.FieldSource(column=column.name, formats=formats)


def _own_constants(kind: ImportKind, actor: Actor) -> dict[str, spec.FieldSource]:
    """What a dealer's user need not say: the own dealer."""
    constants = {}
    for column in kind.columns:
        choices = lookups.get(column.lookup).choices if column.lookup else None
        if actor.is_dealer and column.required and choices is not None:
            own = choices(actor)
            if len(own) == 1:
                constants[column.name] = spec.FieldSource(constant=own[0].value)
    return constants
