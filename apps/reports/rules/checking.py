"""Checking a report: derived values, signs, swings, relations, changes that need a reason.

Source: domain.md 5.1; an unexplained finding disappears when its note is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from apps.reports.rules import comparing, formulas
from apps.reports.rules.declaration import (
    Check,
    Content,
    Context,
    Field,
    Finding,
    Level,
    ReportForm,
    Section,
    Sign,
    Value,
)

# English sentences; Chinese stands in locale/src/reports.json.
REQUIRED = "“%(field)s” is empty. Enter a value; enter 0 when there was none."
TOO_FEW_ROWS = "“%(field)s” needs at least %(least)s rows; %(rows)s are filled."
NEGATIVE = "“%(field)s” is %(value)s and must not be below 0."
TOO_MUCH = "“%(field)s” is %(value)s; at most %(most)s are possible."
NEGATIVE_NOTE = "“%(field)s” is %(value)s, below 0. Explain it in the note beside it."
SWING_NOTE = (
    "“%(field)s” changed by %(change)s against the period before (%(before)s → %(value)s). "
    "Explain it in the note beside it."
)
CHANGE_NOTE = (
    "“%(field)s” was %(before)s in the version before and is %(value)s now (%(change)s). Give the reason."
)
GIVEN_NOTE = (
    "“%(field)s” is %(value)s here and %(given)s in the records. Correct it or explain it in the note."
)


def derived(form: ReportForm, content: Content) -> Content:
    """The content with every derived field computed; a typed value never stands in for a derived one."""
    tables = {
        section.code: tuple(_derived_row(section, row) for row in content.tables.get(section.code, ()))
        for section in form.tables()
    }
    values = {code: value for code, value in content.values.items() if not _is_derived(form, code)}
    content = Content(values, content.notes, tables)
    for each in form.lines():
        if each.formula:
            found = each.parsed.value(lambda code: number(form, content, code))
            if found is not None:
                values[each.code] = found
    return content


def _is_derived(form: ReportForm, code: str) -> bool:
    known = form.by_code.get(code)
    return known is not None and bool(known.formula)


def _derived_row(section: Section, row: Mapping[str, Value]) -> Mapping[str, Value]:
    filled = dict(row)
    for each in section.fields:
        if each.formula:
            filled.pop(each.code, None)
            found = each.parsed.value(lambda code: _as_number(section, filled, code))
            if found is not None:
                filled[each.code] = found
    return filled


def _as_number(section: Section, row: Mapping[str, Value], code: str) -> Decimal | None:
    value = row.get(code)
    if isinstance(value, (Decimal, int)):
        return Decimal(value)
    blank = any(each.code == code and each.blank_is_zero for each in section.fields)
    return Decimal(0) if blank and value is None else None


def number(form: ReportForm, content: Content, code: str) -> Decimal | None:
    """A number by its code; `section.column` is the sum over the rows that hold one (None without rows)."""
    section, dot, column = code.partition(".")
    if dot:
        parts = [row[column] for row in content.tables.get(section, ()) if column in row]
        numbers = [Decimal(part) for part in parts if isinstance(part, (Decimal, int))]
        return sum(numbers, Decimal(0)) if numbers else None
    value = content.values.get(code)
    if isinstance(value, (Decimal, int)):
        return Decimal(value)
    known = form.by_code.get(code)
    return Decimal(0) if known is not None and known.blank_is_zero and value is None else None


def check(
    form: ReportForm, content: Content, context: Context, unreadable: Iterable[str] = ()
) -> list[Finding]:
    """All findings of a report whose derived fields are computed, in the order of the form.

    `unreadable` names fields whose cells were refused already: they are not called empty too.
    """
    known = frozenset(unreadable)
    found = [
        *_lines(form, content, context, known),
        *_rows(form, content, known),
        *(finding for each in form.checks for finding in _relation(form, content, each)),
        *(finding for rule in form.rules for finding in rule(content, context)),
        *_changes(form, content, context),
    ]
    order = {code: place for place, code in enumerate(form.by_code)}
    return sorted(found, key=lambda each: (order.get(each.field, -1), each.row))


def blocks(findings: Iterable[Finding]) -> bool:
    """Whether the report cannot be submitted: something is wrong or not explained yet."""
    return any(each.level is not Level.INFO for each in findings)


def _lines(
    form: ReportForm, content: Content, context: Context, unreadable: frozenset[str]
) -> Iterator[Finding]:
    for each in form.lines():
        value = content.values.get(each.code)
        if value is None or value == "":
            if each.required and each.entered and each.code not in unreadable:
                yield Finding("required", Level.ERROR, each.code, REQUIRED)
            continue
        noted = bool(content.notes.get(each.code))
        if isinstance(value, (Decimal, int)):
            yield from _numeric(form, each, Decimal(value), context, noted=noted)


def _numeric(
    form: ReportForm, each: Field, value: Decimal, context: Context, *, noted: bool
) -> Iterator[Finding]:
    if value < 0 and each.sign is Sign.POSITIVE:
        yield Finding(
            "negative", Level.ERROR, each.code, NEGATIVE, {"value": plain(value)}, value=plain(value)
        )
    if each.most is not None and value > each.most:
        params = {"value": plain(value), "most": plain(each.most)}
        yield Finding("too_much", Level.ERROR, each.code, TOO_MUCH, params, value=plain(value))
    if noted:
        return
    if value < 0 and each.sign is Sign.EXPLAIN:
        yield Finding(
            "negative_note",
            Level.EXPLAIN,
            each.code,
            NEGATIVE_NOTE,
            {"value": plain(value)},
            value=plain(value),
        )
    known = context.given.get(each.code)
    if isinstance(known, (Decimal, int)) and Decimal(known) != value and each.entered:
        params = {"value": plain(value), "given": plain(Decimal(known))}
        yield Finding("given_note", Level.EXPLAIN, each.code, GIVEN_NOTE, params, value=plain(value))
        return
    limit = each.swing if each.swing is not None else form.swing
    before = context.prior.get(each.code)
    if limit is not None and each.entered and isinstance(before, (Decimal, int)):
        moved = comparing.relative(Decimal(before), value)
        if moved is not None and abs(moved) > limit:
            params = {
                "value": plain(value),
                "before": plain(Decimal(before)),
                "change": comparing.percent(moved),
            }
            yield Finding("swing_note", Level.EXPLAIN, each.code, SWING_NOTE, params, value=plain(value))


def _rows(form: ReportForm, content: Content, unreadable: frozenset[str]) -> Iterator[Finding]:
    for section in form.tables():
        rows = content.tables.get(section.code, ())
        if len(rows) < section.least:
            params = {"least": section.least, "rows": len(rows)}
            first = f"{section.code}.{section.fields[0].code}"
            yield Finding("too_few_rows", Level.ERROR, first, TOO_FEW_ROWS, params, row=len(rows) + 1)
        for place, row in enumerate(rows, 1):
            for each in section.fields:
                yield from _row_value(section, each, row.get(each.code), place, unreadable)


def _row_value(
    section: Section, each: Field, value: Value | None, place: int, unreadable: frozenset[str]
) -> Iterator[Finding]:
    code = f"{section.code}.{each.code}"
    if value is None or value == "":
        if each.required and each.entered and f"{code}:{place}" not in unreadable:
            yield Finding("required", Level.ERROR, code, REQUIRED, row=place)
    elif isinstance(value, (Decimal, int)) and value < 0 and each.sign is Sign.POSITIVE:
        shown = plain(Decimal(value))
        yield Finding("negative", Level.ERROR, code, NEGATIVE, {"value": shown}, row=place, value=shown)
    elif isinstance(value, (Decimal, int)) and each.most is not None and value > each.most:
        shown = plain(Decimal(value))
        params = {"value": shown, "most": plain(each.most)}
        yield Finding("too_much", Level.ERROR, code, TOO_MUCH, params, row=place, value=shown)


def _relation(form: ReportForm, content: Content, each: Check) -> Iterator[Finding]:
    def read(code: str) -> Decimal | None:
        return number(form, content, code)

    left, right = formulas.parse(each.left).value(read), formulas.parse(each.right).value(read)
    if left is None or right is None or _holds(each, left - right):
        return
    if each.level is Level.EXPLAIN and content.notes.get(each.place):
        return
    params = {"left": plain(left), "right": plain(right), "difference": plain(left - right)}
    yield Finding(each.code, each.level, each.place, each.message, params, value=plain(left))


def _holds(each: Check, difference: Decimal) -> bool:
    if each.relation == "<=":
        return difference <= each.tolerance
    if each.relation == ">=":
        return difference >= -each.tolerance
    return abs(difference) <= each.tolerance


def _changes(form: ReportForm, content: Content, context: Context) -> Iterator[Finding]:
    """Numbers that moved by more than the form's share since the version submitted last, without a reason."""
    if context.former is None:
        return
    for change in comparing.changes(form, context.former, content):
        known = form.by_code[change.field]
        if known.formula or change.relative is None or abs(change.relative) <= form.change:
            continue
        if change.row or context.reasons.get(change.field):
            continue
        params = {
            "before": comparing.shown(change.before),
            "value": comparing.shown(change.after),
            "change": comparing.percent(change.relative),
        }
        yield Finding(
            "change_reason", Level.EXPLAIN, change.field, CHANGE_NOTE, params, value=params["value"]
        )


def plain(value: Decimal) -> str:
    """A number as a finding shows it: with separators, without needless zeros."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def counts(findings: Iterable[Finding]) -> dict[Level, int]:
    """How many findings of each level."""
    found = dict.fromkeys(Level, 0)
    for each in findings:
        found[each.level] += 1
    return found
