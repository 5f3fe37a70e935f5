"""What changed between two versions of a report, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from apps.reports.rules.declaration import Content, ReportForm, Value

_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Change:
    """One cell that differs: a field (`section.column` with its row in a table), before and after.

    `relative` is the change as a share of the value before; None when there was none or it was 0.
    """

    field: str
    row: int
    before: Value | None
    after: Value | None
    note: bool = False

    @property
    def relative(self) -> Decimal | None:
        """The relative change of a number."""
        if isinstance(self.before, (Decimal, int)) and isinstance(self.after, (Decimal, int)):
            return relative(Decimal(self.before), Decimal(self.after))
        return None


def relative(before: Decimal, after: Decimal) -> Decimal | None:
    """The change as a share of the value before; None when that was 0."""
    return (after - before) / abs(before) if before else None


def percent(share: Decimal) -> str:
    """A share as a signed percentage with one place, such as +12.5 %."""
    return f"{(share * 100).quantize(_TENTH, ROUND_HALF_UP):+,}%"


def shown(value: Value | None) -> str:
    """A value as a comparison shows it."""
    if value is None:
        return "—"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, int)):
        text = f"{Decimal(value):,.4f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return value


def changes(form: ReportForm, before: Content, after: Content) -> Iterator[Change]:
    """All cells that differ, in the order of the form; notes too."""
    for each in form.lines():
        old, new = before.values.get(each.code), after.values.get(each.code)
        if not _same(old, new):
            yield Change(each.code, 0, old, new)
        said, says = before.notes.get(each.code) or None, after.notes.get(each.code) or None
        if said != says:
            yield Change(each.code, 0, said, says, note=True)
    for section in form.tables():
        old_rows, new_rows = before.tables.get(section.code, ()), after.tables.get(section.code, ())
        for place in range(max(len(old_rows), len(new_rows))):
            yield from _row(section.code, [f.code for f in section.fields], place, old_rows, new_rows)


def _row(
    section: str,
    columns: list[str],
    place: int,
    before: tuple[Mapping[str, Value], ...],
    after: tuple[Mapping[str, Value], ...],
) -> Iterator[Change]:
    old = before[place] if place < len(before) else {}
    new = after[place] if place < len(after) else {}
    for column in columns:
        if not _same(old.get(column), new.get(column)):
            yield Change(f"{section}.{column}", place + 1, old.get(column), new.get(column))


def _same(before: Value | None, after: Value | None) -> bool:
    return (before if before != "" else None) == (after if after != "" else None)
