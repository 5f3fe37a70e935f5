"""The form of a policy document, drawn from the declared fields of its parts, and read back from a request.

A field is named by its path in the document (`components.0.params.tiers.1.from`). Percentages are typed as
people write them and stored as fractions. Nothing is judged here: the rules say what is wrong, with paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict

from apps.incentives.rules import clauses, declared
from apps.incentives.rules.declared import Declared, Problem, fields_of, key_of
from apps.incentives.rules.document import Component, PolicyDocument
from apps.incentives.rules.types import TYPES

Options = Mapping[str, Sequence[tuple[str, str]]]
UNIT_WORDS = {
    "yuan": ("元", "¥"),
    "percent": ("%", "%"),
    "units": ("台", "cars"),
    "days": ("天", "days"),
    "score": ("分", "points"),
    "months": ("月", "months"),
}
_BETWEEN = re.compile(r"[\s,，;；]+")
FEW = 12
"""So many choices are shown as boxes to tick, more as a list."""


@dataclass
class Node:
    """One field as the page shows it; `kids` are the fields of a part, `rows` those of a table's rows."""

    name: str
    kind: str
    label: str
    help: str = ""
    unit: str = ""
    value: Any = ""
    options: Sequence[tuple[str, str, bool]] = ()
    errors: tuple[str, ...] = ()
    kids: list[Node] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    reshapes: bool = False
    optional: bool = False
    wrong: bool = False
    filled: bool = False

    @property
    def alone(self) -> Node | None:
        """The only field of a part, when it is called like the part: shown without a frame around it."""
        return self.kids[0] if len(self.kids) == 1 and self.kids[0].label == self.label else None


MORE = frozenset({"code", "label", "target_key", "exclusive_group", "priority", "retroactive"})
"""Fields of a clause that most people leave as they are."""


@dataclass
class Row:
    """One row of a table; a clause is headed by its type."""

    name: str
    kids: list[Node]
    label: str = ""
    help: str = ""

    @property
    def main(self) -> list[Node]:
        """What a clause is about."""
        return [each for each in self.kids if not self._is_more(each)]

    @property
    def more(self) -> list[Node]:
        """Settings with a good default."""
        return [each for each in self.kids if self._is_more(each)]

    @property
    def wrong(self) -> bool:
        """Whether one of the further settings is wrong."""
        return any(each.wrong for each in self.more)

    @staticmethod
    def _is_more(node: Node) -> bool:
        return node.name.rpartition(".")[2] in MORE


class Drawing:
    """Draws the nodes of a document in a language, with what is wrong at each path."""

    def __init__(self, lang: str, options: Options, problems: Iterable[Problem] = ()) -> None:
        self.lang, self.options = lang, options
        self.problems: dict[str, list[str]] = {}
        for each in problems:
            self.problems.setdefault(dotted(each.path), []).append(each.message.text(lang))

    def part(self, cls: type, values: Any, path: str = "", only: Sequence[str] = ()) -> list[Node]:
        """The nodes of a declared part in order; fields that do not apply beside the others are left out."""
        given = values if isinstance(values, Mapping) else {}
        beside = {**declared.defaults(cls), **given}
        choosers = {each.when[0] for _n, each in fields_of(cls) if each.when}
        choosers |= {each.unit_by[0] for _n, each in fields_of(cls) if each.unit_by}
        nodes = []
        for name, each in fields_of(cls):
            key = key_of(name, each)
            if (only and name not in only) or not applies(each, beside):
                continue
            place = f"{path}.{key}" if path else key
            node = self.node(each, beside.get(key), place, beside)
            node.reshapes = name in choosers and each.kind in ("choice", "flag")
            nodes.append(node)
        return nodes

    def node(self, each: Declared, value: Any, path: str, beside: Mapping[str, Any]) -> Node:
        """One field."""
        found = Node(
            path,
            each.kind,
            each.label.text(self.lang),
            help=each.help.text(self.lang) if each.help else "",
            optional=each.optional,
            errors=tuple(self.problems.get(path, ())),
        )
        if each.kind == "rows":
            rows = value if isinstance(value, Sequence) and not isinstance(value, str) else []
            found.rows = [self.row(each, row, f"{path}.{no}", beside) for no, row in enumerate(rows)]
        elif each.kind == "part":
            found.kids = self.part(each.of, value, path)
        elif each.kind == "params":
            cls = each.of(beside)
            found.kids = [] if cls is None else self.part(cls, value, path)
        else:
            unit = each.unit_for(beside)
            found.unit = UNIT_WORDS.get(unit, ("", ""))[0 if self.lang.startswith("zh") else 1]
            found.value = _percent_shown(value) if unit == "percent" else value
            found.options = self._options(each, value)
            if each.kind == "text" and found.options:
                found.kind = "choice"
            if each.kind == "codes" and len(found.options) > FEW:
                found.kind = "list"
            if each.source == "dealers":
                found.kind, found.value = "listed", ", ".join(value or ())
        found.wrong = any(name == path or name.startswith(f"{path}.") for name in self.problems)
        found.filled = value not in (None, "", [], (), {}, False)
        return found

    def row(self, each: Declared, row: Any, path: str, beside: Mapping[str, Any]) -> Row:
        """One row of a table; a clause under the name of its type."""
        kids = self.table_row(each, row, path, beside)
        kind = TYPES.get(row.get("type", "")) if each.of is Component and isinstance(row, Mapping) else None
        if kind is None:
            return Row(path, kids)
        return Row(path, kids, kind.label.text(self.lang), kind.help.text(self.lang))

    def table_row(self, each: Declared, row: Any, path: str, beside: Mapping[str, Any]) -> list[Node]:
        """The fields of one row; units may depend on fields of the part the table stands in."""
        given = dict(row) if isinstance(row, Mapping) else {}
        own = {key_of(name, kid) for name, kid in fields_of(each.of)}
        around = {key: value for key, value in _scalars(beside).items() if key not in own}
        return self.part(each.of, {**around, **given}, path)

    def _options(self, each: Declared, value: Any) -> Sequence[tuple[str, str, bool]]:
        if each.kind == "choice":
            pairs = [(option.code, option.label.text(self.lang)) for option in each.choices]
        elif each.source in self.options:
            pairs = list(self.options[each.source])
            if each.kind == "text" and not each.low:
                pairs = [("", "—"), *pairs]
        else:
            return ()
        chosen = set(value or ()) if each.kind == "codes" else {value}
        known = {code for code, _label in pairs}
        strange = [(code, code) for code in sorted(map(str, chosen - known - {None}))]
        return [(code, label, code in chosen) for code, label in [*pairs, *strange]]


def applies(each: Declared, beside: Mapping[str, Any]) -> bool:
    """Whether a field is used beside the values of the others."""
    if each.when is None:
        return True
    name, wanted = each.when
    value = beside.get(name)
    return value not in (None, "", False) if wanted == ("*",) else str(value) in wanted


def _scalars(beside: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in beside.items() if isinstance(value, str)}


def _percent_shown(value: Any) -> Any:
    try:
        return declared.plain(Decimal(str(value)) * 100) if value not in (None, "") else ""
    except InvalidOperation:
        return value


def dotted(path: str) -> str:
    """`components[0].code` as the name of a form field: `components.0.code`."""
    return re.sub(r"\[(\d+)\]", r".\1", path)


def read_document(posted: QueryDict) -> dict[str, Any]:
    """The document a request carries, in its stored form, as typed where it cannot be understood."""
    return _Reading(posted).part(PolicyDocument, "", {})


class _Reading:
    def __init__(self, posted: QueryDict) -> None:
        self.posted, self.names = posted, set(posted)

    def part(self, cls: type, path: str, around: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        later: list[tuple[str, Declared, str]] = []
        for name, each in fields_of(cls):
            key = key_of(name, each)
            place = f"{path}.{key}" if path else key
            if each.kind in ("rows", "part", "params") or each.unit or each.unit_by:
                later.append((key, each, place))
            elif (found := self.value(each, place, "")) is not None:
                values[key] = found
        beside = {**around, **declared.defaults(cls), **values}
        for key, each, place in later:
            if not applies(each, beside):
                continue
            found = self.nested(each, place, beside)
            if found is not None:
                values[key] = beside[key] = found
        return values

    def nested(self, each: Declared, path: str, beside: Mapping[str, Any]) -> Any:
        if each.kind == "rows":
            return [self.part(each.of, f"{path}.{no}", _scalars(beside)) for no in self.indices(path)]
        if each.kind == "part":
            return self.part(each.of, path, {})
        if each.kind == "params":
            cls = each.of(beside)
            return {} if cls is None else self.part(cls, path, {})
        return self.value(each, path, each.unit_for(beside))

    def indices(self, path: str) -> list[int]:
        start = f"{path}."
        found = {name[len(start) :].partition(".")[0] for name in self.names if name.startswith(start)}
        return sorted(int(each) for each in found if each.isdigit())

    def value(self, each: Declared, path: str, unit: str) -> Any:
        if each.kind == "words":
            pair = {lang: self.posted.get(f"{path}.{lang}", "").strip() for lang in ("zh", "en")}
            return pair if f"{path}.zh" in self.names else None
        if each.kind == "flag":
            return path in self.names if f"{path}.shown" in self.names else None
        if each.kind == "codes":
            if f"{path}.shown" not in self.names:
                return None
            return sorted(set(_BETWEEN.split(" ".join(self.posted.getlist(path)))) - {""})
        if path not in self.names:
            return None
        text = self.posted.get(path, "").strip()
        if each.kind in ("decimal", "integer"):
            return _number(text, each, unit)
        return None if not text and each.kind == "date" else text


def _number(text: str, each: Declared, unit: str) -> Any:
    plain = text.replace(",", "").replace("，", "").rstrip("%％")
    if not plain:
        return None if each.optional else ""
    if unit != "percent":
        return plain
    try:
        return declared.plain(Decimal(plain) / 100)
    except InvalidOperation:
        return plain


def reshape(given: dict[str, Any], op: str) -> dict[str, Any]:
    """A document with a row or clause more or less: `add:<path>`, `remove:<path>`, `clause:<type>`."""
    verb, _sep, path = op.partition(":")
    if verb == "clause" and path in TYPES:
        listed = given.setdefault("components", [])
        listed.append(clauses.new_clause(path, {each.get("code") for each in listed}))
    elif verb == "add":
        cls = _row_class(path, given)
        holder, key = _holder(given, path) if cls is not None else (None, "")
        if holder is not None and cls is not None:
            holder.setdefault(key, []).append(declared.defaults(cls))
    elif verb == "remove":
        holder, key = _holder(given, path.rpartition(".")[0])
        no = path.rpartition(".")[2]
        if holder is not None and no.isdigit() and int(no) < len(holder.get(key, ())):
            del holder[key][int(no)]
    return given


def _holder(given: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    """The part that holds the table at a path, and the name of the table in it."""
    *way, key = path.split(".")
    at: Any = given
    for step in way:
        try:
            at = at[int(step)] if step.isdigit() else at.setdefault(step, {})
        except (IndexError, AttributeError, KeyError, TypeError):
            return None, key
    return (at, key) if isinstance(at, dict) else (None, key)


def _row_class(path: str, given: Mapping[str, Any]) -> type | None:
    """The dataclass of the rows of the table at a path, None if there is no such table."""
    cls: type | None = PolicyDocument
    beside: Any = given
    for step in path.split("."):
        if step.isdigit():
            rows = beside if isinstance(beside, Sequence) else ()
            beside = rows[int(step)] if int(step) < len(rows) else {}
            continue
        known = {key_of(name, each): each for name, each in fields_of(cls)} if cls else {}
        each = known.get(step)
        if each is None or each.kind not in ("rows", "part", "params"):
            return None
        cls = each.of(beside) if each.kind == "params" else each.of
        beside = beside.get(step, {}) if isinstance(beside, Mapping) else {}
    return cls
