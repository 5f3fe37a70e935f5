"""What is looked at in a list of dealers: places, codes and names given twice, what is known already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.access import Actor
from apps.core.imports import registry
from apps.core.imports.registry import RowProblem, Rows
from apps.core.spreadsheet.errors import Phrase
from apps.dealers import queries
from apps.dealers.imports.columns import COLUMNS
from apps.dealers.models import Dealer
from apps.dealers.rules import names
from apps.dealers.rules.places import Gazetteer, Match, NoteKind, Verdict

UNKNOWN = gettext_noop("No such place is known.")
UNKNOWN_NEAR = gettext_noop("No such place is known. Did you mean %(near)s?")
FORMER = gettext_noop("%(text)s is %(current)s since %(since)s; the dealer is placed there.")
PARTIAL = gettext_noop("“%(text)s” is not known; the dealer is placed in %(current)s.")
SAME_CODE = gettext_noop("Row %(row)s gives the same code to “%(name)s”; give each dealer a code of its own.")
SAME_ROW = gettext_noop("Row %(row)s names the same dealer again; delete one of the two.")
SAME_NAME = gettext_noop("Row %(row)s names the same company under the code %(code)s.")
KNOWN_NAME = gettext_noop("A dealer of this name is known under the code %(code)s.")
KNOWN_OTHERWISE = gettext_noop("This code belongs to “%(name)s”, known with other values: %(fields)s.")

PLAIN = ("short_name", "store_type", "address", "opened_on", "contract_from", "contract_to")


def check(rows: Rows, actor: Actor) -> list[RowProblem]:
    """Places, codes and names given twice in the file, and what is known already."""
    gazetteer = queries.gazetteer()
    matches = {row["row_no"]: place_of(gazetteer, row) for row in rows}
    problems = [problem for row in rows for problem in _place_problems(row, matches[row["row_no"]])]
    problems += _repeated_codes(rows)
    problems += _repeated_names(rows)
    problems += _known(rows, matches, actor)
    return problems


def place_of(gazetteer: Gazetteer, row: Mapping[str, Any]) -> Match:
    return gazetteer.match(row["province"], row["city"] or "")


def _place_problems(row: Mapping[str, Any], match: Match) -> Iterator[RowProblem]:
    if match.verdict is Verdict.UNKNOWN:
        near = Phrase(UNKNOWN_NEAR, {"near": "、".join(match.suggestions)})
        message = near if match.suggestions else Phrase(UNKNOWN)
        yield RowProblem(
            row["row_no"], match.unknown, "place_unknown", message, value=row[match.unknown] or ""
        )
    if match.note is not None:
        former = match.note.kind is NoteKind.FORMER
        params = {"text": match.note.text, "current": match.note.current, "since": match.note.since or ""}
        yield RowProblem(
            row["row_no"],
            "city",
            "place_former" if former else "place_partial",
            Phrase(FORMER if former else PARTIAL, params),
            warning=True,
            value=row["city"] or "",
        )


def _repeated_codes(rows: Rows) -> Iterator[RowProblem]:
    """Each row of a repeated code names the other one: a code is never given to two dealers."""
    by_code = defaultdict(list)
    for row in rows:
        by_code[names.clean_code(row["code"])].append(row)
    for code, group in by_code.items():
        for place, row in enumerate(group if len(group) > 1 else ()):
            other = group[place - 1] if place else group[1]
            same = _plain(row) == _plain(other)
            params = {"row": other["row_no"], "name": other["name"]}
            message = Phrase(SAME_ROW if same else SAME_CODE, params)
            if not same or place:
                yield RowProblem(
                    row["row_no"], "code", "repeated" if same else "code_twice", message, value=code
                )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: row[column.name] for column in COLUMNS}


def _repeated_names(rows: Rows) -> Iterator[RowProblem]:
    """Companies that stand in the file under several codes are pointed out."""
    by_name = defaultdict(list)
    for row in rows:
        by_name[names.normalised(row["name"])].append(row)
    for group in by_name.values():
        for row in group:
            other = next((each for each in group if each["code"] != row["code"]), None)
            if other is not None:
                message = Phrase(SAME_NAME, {"row": other["row_no"], "code": other["code"]})
                yield RowProblem(
                    row["row_no"], "name", "name_twice", message, warning=True, value=row["name"]
                )


def _known(rows: Rows, matches: Mapping[int, Match], actor: Actor) -> Iterator[RowProblem]:
    """Dealers that are there already: the same is counted, another one under this code is an error."""
    by_code, by_name = queries.known_dealers(actor=actor)
    for row in rows:
        held = by_code.get(names.clean_code(row["code"]))
        if held is None:
            twin = by_name.get(names.normalised(row["name"]))
            if twin is not None:
                message = Phrase(KNOWN_NAME, {"code": twin.code})
                yield RowProblem(
                    row["row_no"], "name", "name_known", message, warning=True, value=row["name"]
                )
            continue
        differing = _differing(row, matches[row["row_no"]], held)
        if differing:
            labels = {column.name: str(column.label) for column in COLUMNS}
            fields = "、".join(labels[name] for name in differing)
            message = Phrase(KNOWN_OTHERWISE, {"name": held.name, "fields": fields})
            yield RowProblem(row["row_no"], "code", "known_otherwise", message, value=row["code"])
        else:
            yield RowProblem(row["row_no"], "code", registry.SAME, "")


def _differing(row: Mapping[str, Any], match: Match, held: Dealer) -> list[str]:
    """The fields in which a row contradicts the dealer that is known; what a row leaves open never does."""
    given: dict[str, tuple[Any, Any]] = {
        "name": (names.clean(row["name"]), held.name),
        "province": (match.province and match.province.code, held.province_id),
        "city": (match.city and match.city.code, held.city_id),
        **{name: (row[name], getattr(held, name)) for name in PLAIN},
    }
    return [name for name, (asked, known) in given.items() if asked not in (None, "", known)]
