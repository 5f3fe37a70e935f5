"""A mapping as data: fields from columns, constants or derivations, and what spellings mean."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError
from apps.core.imports import derivations, registry
from apps.core.imports.similarity import normalise
from apps.core.spreadsheet import addresses, dating
from apps.kernel.period import Month, PeriodError

MOST_OUTPUTS = 5
MOST_VALUES = 20_000
LONGEST = 200
UPLOAD = "upload"
_SOURCE = re.compile(r"[\w.:@-]{1,40}")


@dataclass(frozen=True)
class FieldSource:
    """Where the cells of one field come from: a column, a constant, or a derivation of several columns."""

    column: str = ""
    constant: str | None = None
    derive: str = ""
    columns: tuple[str, ...] = ()
    option: str = ""
    formats: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[str, ...]:
        """The columns the field needs."""
        return (self.column,) if self.column else self.columns

    def as_json(self) -> dict[str, Any]:
        """Plain form, only what is set."""
        plain: dict[str, Any] = {}
        if self.column:
            plain["column"] = self.column
        elif self.derive:
            plain |= {"derive": self.derive, "columns": list(self.columns)}
        else:
            plain["constant"] = self.constant or ""
        if self.option:
            plain["option"] = self.option
        if self.formats:
            plain["formats"] = list(self.formats)
        return plain


@dataclass(frozen=True)
class Output:
    """One fact made of each row; with `when` only of rows in which that column is filled."""

    kind: str
    fields: Mapping[str, FieldSource] = field(default_factory=dict)
    when: str = ""


@dataclass(frozen=True)
class Coverage:
    """The months of which the file holds everything, so that a month without rows is 0 and not missing."""

    start: Month
    end: Month


@dataclass(frozen=True)
class Spec:
    """A whole mapping."""

    outputs: tuple[Output, ...]
    source: str = UPLOAD
    sheet: str | None = None
    header_row: int | None = None
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    coverage: Coverage | None = None

    @property
    def kind(self) -> str:
        """The first, leading kind."""
        return self.outputs[0].kind

    def as_json(self) -> dict[str, Any]:
        """Plain form for storage and the API."""
        return {
            "source": self.source,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "outputs": [
                {
                    "kind": output.kind,
                    "fields": {name: source.as_json() for name, source in output.fields.items()},
                    **({"when": output.when} if output.when else {}),
                }
                for output in self.outputs
            ],
            "values": {name: dict(pairs) for name, pairs in self.values.items()},
            "coverage": self.coverage and {"from": str(self.coverage.start), "to": str(self.coverage.end)},
        }

    def with_values(self, values: Mapping[str, Mapping[str, str]]) -> Spec:
        """The mapping with more spellings explained."""
        merged = {name: dict(pairs) for name, pairs in self.values.items()}
        for name, pairs in values.items():
            merged[name] = merged.get(name, {}) | dict(pairs)
        return replace(self, values=merged)


class SpecError(DomainError):
    """A mapping that cannot be used; `fields` names the place in the mapping."""

    def __init__(self, place: str, message: Any) -> None:
        text = _("The mapping is not complete or not right.")
        super().__init__("mapping_invalid", text, fields={place: message})


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """A name for every column: its heading trimmed, `#C` where it has none, `Price (2)` for a repeat."""
    seen: Counter[str] = Counter()
    names = []
    for position, heading in enumerate(header, 1):
        name = " ".join(heading.split())[:LONGEST] or f"#{addresses.column_letters(position)}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def header_key(header: Sequence[str]) -> str:
    """A fingerprint of the headings by which a saved profile is found again."""
    return hashlib.sha256("\x1f".join(map(normalise, column_names(header))).encode()).hexdigest()


def positions(names: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Where the wanted columns stand; left out when missing or not clear."""
    exact = {name: place for place, name in enumerate(names)}
    folded: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        folded.setdefault(normalise(name), []).append(place)
    found = {}
    for name in wanted:
        similar = folded.get(normalise(name), []) if normalise(name) else []
        if name in exact:
            found[name] = exact[name]
        elif len(similar) == 1:
            found[name] = similar[0]
    return found


def from_json(plain: Any) -> Spec:
    """The mapping of its plain form; SpecError names what is wrong in it."""
    if not isinstance(plain, dict):
        raise SpecError("spec", _("A JSON object is expected."))
    outputs = plain.get("outputs")
    if not isinstance(outputs, list) or not 1 <= len(outputs) <= MOST_OUTPUTS:
        raise SpecError("outputs", _("One to five facts are expected."))
    sheet, row = plain.get("sheet"), plain.get("header_row")
    if not (sheet is None or isinstance(sheet, str)) or not (row is None or (type(row) is int and row > 0)):
        raise SpecError("sheet", _("A sheet name and a row number are expected."))
    return Spec(
        outputs=tuple(_output(f"outputs.{number}", item) for number, item in enumerate(outputs)),
        source=source_name(plain.get("source") or UPLOAD),
        sheet=sheet or None,
        header_row=row,
        values=_values(plain.get("values") or {}),
        coverage=coverage(plain.get("coverage")),
    )


def source_name(text: Any) -> str:
    """The checked name of the system a file comes from."""
    if not isinstance(text, str) or not _SOURCE.fullmatch(text):
        raise SpecError("source", _("1 to 40 letters, digits and . : @ - are expected."))
    return text


def coverage(plain: Any) -> Coverage | None:
    """The months of `{"from": "2022-01", "to": "2022-12"}`; None when nothing is declared."""
    if not plain:
        return None
    try:
        covered = Coverage(Month.parse(str(plain["from"])), Month.parse(str(plain["to"])))
    except (PeriodError, KeyError, TypeError) as error:
        raise SpecError("coverage", _("Two months such as 2026-01 and 2026-06 are expected.")) from error
    if covered.end < covered.start or covered.start.shift(120) < covered.end:
        raise SpecError("coverage", _("The last month must not be before the first, nor ten years after it."))
    return covered


def _output(place: str, plain: Any) -> Output:
    kind = registry.kinds().get(str(plain.get("kind"))) if isinstance(plain, dict) else None
    if kind is None:
        raise SpecError(place, _("This kind of import does not exist."))
    fields = plain.get("fields")
    known = [column.name for column in kind.columns]
    if not isinstance(fields, dict) or not set(fields) <= set(known):
        raise SpecError(place, _("A field does not exist in this kind of import."))
    when = plain.get("when") or ""
    if not isinstance(when, str):
        raise SpecError(f"{place}.when", _("The name of a column is expected."))
    read = {name: _source(f"{place}.{name}", fields[name]) for name in known if name in fields}
    return Output(kind.code, read, when)


def _source(place: str, plain: Any) -> FieldSource:
    if not isinstance(plain, dict) or sum(key in plain for key in ("column", "constant", "derive")) != 1:
        raise SpecError(place, _("Exactly one of column, constant and derive is expected."))
    formats = tuple(plain.get("formats") or ())
    for form in formats:
        _check_format(place, form)
    option = plain.get("option") or ""
    if not isinstance(option, str) or len(option) > LONGEST:
        raise SpecError(place, _("The option is a short text."))
    if "derive" in plain:
        return _derived(place, plain, option, formats)
    key = "column" if "column" in plain else "constant"
    value = plain[key]
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        raise SpecError(place, _("A text of 1 to 200 characters is expected."))
    if key == "column":
        return FieldSource(column=value, option=option, formats=formats)
    return FieldSource(constant=value, option=option, formats=formats)


def _derived(place: str, plain: dict[str, Any], option: str, formats: tuple[str, ...]) -> FieldSource:
    derivation = derivations.ALL.get(str(plain["derive"]))
    columns = plain.get("columns") or []
    if derivation is None:
        raise SpecError(place, _("This derivation does not exist."))
    if not isinstance(columns, list) or not all(isinstance(name, str) and name for name in columns):
        raise SpecError(place, _("Names of columns are expected."))
    if not derivation.least <= len(columns) <= derivation.most:
        raise SpecError(place, _("This derivation needs another number of columns."))
    return FieldSource(derive=derivation.name, columns=tuple(columns), option=option, formats=formats)


def _check_format(place: str, form: Any) -> None:
    try:
        dating.compile_format(form)
    except (ValueError, TypeError) as error:
        raise SpecError(place, _("A date format such as %m/%d/%Y is expected.")) from error


def _values(plain: Any) -> dict[str, dict[str, str]]:
    if not isinstance(plain, dict):
        raise SpecError("values", _("A JSON object is expected."))
    for name, pairs in plain.items():
        if not isinstance(pairs, dict) or len(pairs) > MOST_VALUES:
            raise SpecError(f"values.{name}", _("A JSON object is expected."))
        if not all(isinstance(target, str) and target for target in pairs.values()):
            raise SpecError(f"values.{name}", _("Every spelling needs a text it stands for."))
    return {str(name): dict(pairs) for name, pairs in plain.items()}
