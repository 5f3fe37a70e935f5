"""Facts sent by other systems: the same fields, parsers and checks as an import, answered row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Actor
from apps.core.imports import deciding, lookups, spec
from apps.core.imports.registry import SAME, ImportColumn, RowProblem
from apps.core.kit.api import actor_of, idempotent
from apps.core.models.imports import ImportMode
from apps.core.spreadsheet import messages
from apps.core.spreadsheet.errors import Phrase, ValueProblem, excerpt
from apps.vehicles.facts import Recorded, RowsRefused, as_json

__all__ = ["Pushed", "RowsRefused", "answer", "read", "schema", "take"]

MOST_ROWS = 1_000
SOURCE = "api"
_MISSING = Phrase(gettext_noop("This field is required."))
_NO_FIELD = Phrase(gettext_noop("There is no such field."))
_UNKNOWN = Phrase(gettext_noop("Nothing is known under this spelling."))
_NO_ROW = Phrase(gettext_noop("A JSON object is expected."))


@dataclass(frozen=True)
class Pushed:
    """What was sent: the readable rows with their numbers in the body, and what is wrong with the others."""

    rows: Sequence[dict[str, Any]]
    source: str
    only_good: bool
    problems: Sequence[RowProblem]


def schema(name: str, columns: Sequence[ImportColumn]) -> type[serializers.Serializer[Any]]:
    """How the OpenAPI page describes the body: one row, or many with source and mode."""
    fields: dict[str, Any] = {
        column.name: serializers.CharField(required=False, help_text=column.label) for column in columns
    }
    row = type(f"{name}Row", (serializers.Serializer,), dict(fields))
    return type(
        name,
        (serializers.Serializer,),
        fields
        | {
            "source": serializers.CharField(required=False, help_text=_("The system the rows come from.")),
            "mode": serializers.ChoiceField(ImportMode.choices, required=False),
            "rows": row(many=True, required=False, help_text=_("Up to 1,000 rows instead of one.")),
        },
    )


def read(body: Any, columns: Sequence[ImportColumn], actor: Actor) -> Pushed:
    """The rows of a body `{…fields}` or `{"rows": […], "source": …, "mode": "all" | "good"}`."""
    if not isinstance(body, Mapping):
        raise exceptions.ParseError(_("A JSON object is expected."))
    single = "rows" not in body
    given = [{k: v for k, v in body.items() if k not in ("source", "mode")}] if single else body["rows"]
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ROWS:
        raise exceptions.ValidationError({"rows": _("1 to 1,000 rows are expected.")})
    if body.get("mode", "all") not in ("all", "good"):
        raise exceptions.ValidationError({"mode": _("The mode is all or good.")})
    source = deciding.scoped_source(spec.source_name(body.get("source") or SOURCE), actor)
    rows, problems = _read_rows(given, columns, actor)
    return Pushed(rows, source, body.get("mode") == "good", problems)


def take(request: Request, pushed: Pushed, service: Callable[..., Recorded]) -> Response:
    """Give the rows to the service that records them, once for each Idempotency-Key, and word its answer."""

    def effect() -> tuple[int, dict[str, Any]]:
        done = service(
            rows=pushed.rows,
            source=pushed.source,
            actor=actor_of(request),
            now=timezone.now(),
            only_good=pushed.only_good,
            unreadable=pushed.problems,
        )
        return answer(done)

    return idempotent(request, effect)


def answer(done: Recorded) -> tuple[int, dict[str, Any]]:
    """What became of the rows, as status and body of the answer."""
    shown = sorted((problem for problem in done.problems if problem.code != SAME), key=_place)
    body = {
        "created": done.created,
        "same": done.same,
        "late": done.late,
        "refused": len({problem.row_no for problem in shown if not problem.warning}),
        "rows": [as_json(problem) for problem in shown],
    }
    return (status.HTTP_201_CREATED if done.created else status.HTTP_200_OK), body


def _place(problem: RowProblem) -> tuple[int, str]:
    return problem.row_no, problem.column


def _read_rows(
    given: Sequence[Any], columns: Sequence[ImportColumn], actor: Actor
) -> tuple[list[dict[str, Any]], list[RowProblem]]:
    problems: list[RowProblem] = []
    rows = [_read_row(number, plain, columns, problems) for number, plain in enumerate(given, 1)]
    for column in columns:
        if column.lookup:
            _resolve(column, rows, problems, actor)
    wrong = {problem.row_no for problem in problems if not problem.warning}
    return [row for row in rows if row["row_no"] not in wrong], problems


def _read_row(
    number: int, plain: Any, columns: Sequence[ImportColumn], problems: list[RowProblem]
) -> dict[str, Any]:
    row: dict[str, Any] = {"row_no": number}
    if not isinstance(plain, Mapping):
        problems.append(RowProblem(number, "", "not_a_row", _NO_ROW))
        plain = {}
    known = {column.name for column in columns}
    problems += [RowProblem(number, name, "no_such_field", _NO_FIELD) for name in plain if name not in known]
    for column in columns:
        raw = plain.get(column.name, column.default or None)
        try:
            row[column.name] = column.parse(raw)
        except ValueProblem as problem:
            row[column.name] = None
            problems.append(_unreadable(number, column, raw, problem))
        else:
            if column.required and row[column.name] is None:
                problems.append(RowProblem(number, column.name, "required", _MISSING))
    return row


def _unreadable(number: int, column: ImportColumn, raw: Any, problem: ValueProblem) -> RowProblem:
    template = messages.PROBLEMS.get(problem.code, messages.OTHER_PROBLEM)
    phrase = Phrase(template, {"value": excerpt(raw), "expected": problem.expected})
    return RowProblem(number, column.name, problem.code, phrase, value=excerpt(raw))


def _resolve(
    column: ImportColumn, rows: Sequence[dict[str, Any]], problems: list[RowProblem], actor: Actor
) -> None:
    spellings = {row[column.name] for row in rows} - {None}
    found = lookups.get(column.lookup).resolve(spellings, actor)
    for row in rows:
        spelling = row[column.name]
        row[f"{column.name}_id"] = found.get(spelling)
        if spelling is not None and spelling not in found:
            code = f"{column.lookup}_unknown"
            warning = not column.required
            problems.append(RowProblem(row["row_no"], column.name, code, _UNKNOWN, warning, spelling))
