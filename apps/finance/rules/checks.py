"""What a statement must satisfy before it counts. Source: domain.md §5.1, validation.

An error blocks submission; `explain` asks for a word on the line and is satisfied by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from apps.finance.rules.lines import (
    BY_CODE,
    INPUTS,
    LINES,
    YEAR_TO_DATE,
    Amounts,
    Line,
    Measured,
    Nature,
    Sign,
    completed,
)

TOLERANCE = Decimal(1)
"""Identities may be off by one yuan, which rounding of parts explains."""
SWING = Decimal("0.5")
SWING_FLOOR = Decimal(10_000)
"""Moves of less than this many yuan are noise, whatever their share."""
SWINGING = tuple(
    line.code for line in INPUTS if line.measured is Measured.YUAN and line.section not in ("ytd", "cash")
)
"""The lines whose move is asked for; cash flows have no habit to depart from."""
AUDIT_SHARE = Decimal("0.01")
AUDIT_AMOUNT = Decimal(100_000)


class Level(StrEnum):
    """How a finding weighs."""

    ERROR = "error"
    EXPLAIN = "explain"


@dataclass(frozen=True)
class Finding:
    """Something found on a line; `reason` is a sentence with places for `params`."""

    line: str
    code: str
    level: Level
    reason: str
    params: Mapping[str, str] = field(default_factory=dict)


def check(
    given: Amounts,
    *,
    notes: Mapping[str, str],
    prior: Amounts | None = None,
    year: Sequence[Amounts] | None = None,
) -> list[Finding]:
    """Everything wrong with or surprising in a month's statement, in the order of the lines.

    `prior` is the statement of the month before, `year` those of all earlier months of the year (None when
    one of them is missing: then nothing can be said about the year to date). A note on a line answers what
    wants an explanation.
    """
    amounts = completed(given)
    found = [*_empty(amounts), *_signs(amounts), *_identities(amounts)]
    if prior is not None:
        found += _swings(amounts, completed(prior))
    if year is not None:
        found += _year_to_date(amounts, year)
    order = {line.code: place for place, line in enumerate(LINES)}
    open_ = [one for one in found if one.level is Level.ERROR or not notes.get(one.line, "").strip()]
    return sorted(open_, key=lambda one: order[one.line])


def _empty(amounts: Amounts) -> Iterator[Finding]:
    for line in INPUTS:
        if line.required and line.code not in amounts:
            yield Finding(
                line.code,
                "empty",
                Level.ERROR,
                reason="The line is empty; enter 0 when there is nothing.",
            )


def _signs(amounts: Amounts) -> Iterator[Finding]:
    for line in LINES:
        value = amounts.get(line.code)
        if value is None or value >= 0 or line.sign is Sign.ANY:
            continue
        if line.sign is Sign.NEVER_NEGATIVE:
            yield Finding(line.code, "negative", Level.ERROR, reason="A number cannot be below 0.")
        elif not _explained_by_part(line, amounts):
            yield Finding(
                line.code,
                "negative",
                Level.EXPLAIN,
                reason="The value %(value)s is below 0; say why.",
                params={"value": f"{value:,}"},
            )


def _explained_by_part(line: Line, amounts: Amounts) -> bool:
    """Whether a total is negative because a line of its parts already asks the same question."""
    asks = Sign.EXPLAIN_NEGATIVE
    return any(
        sign > 0 and amounts.get(code, Decimal(0)) < 0 and BY_CODE[code].sign is asks
        for sign, code in line.parts
    )


def _identities(amounts: Amounts) -> Iterator[Finding]:
    wanted = ("B29", "L29", "Q19")
    if all(code in amounts for code in wanted):
        assets, sources = amounts["B29"], amounts["L29"] + amounts["Q19"]
        if abs(assets - sources) > TOLERANCE:
            yield Finding(
                "B29",
                "balance",
                Level.ERROR,
                reason="Assets of %(assets)s are not liabilities and equity of %(sources)s; "
                "the difference is %(gap)s.",
                params={"assets": f"{assets:,}", "sources": f"{sources:,}", "gap": f"{assets - sources:,}"},
            )
    if "K40" in amounts and "B10" in amounts and abs(amounts["K40"] - amounts["B10"]) > TOLERANCE:
        yield Finding(
            "K40",
            "cash",
            Level.ERROR,
            reason="Cash at the end of %(flow)s is not the cash of the balance sheet of %(held)s; "
            "the difference is %(gap)s.",
            params={
                "flow": f"{amounts['K40']:,}",
                "held": f"{amounts['B10']:,}",
                "gap": f"{amounts['K40'] - amounts['B10']:,}",
            },
        )
    if amounts.get("B101", Decimal(0)) > amounts.get("B10", Decimal("Infinity")):
        yield Finding("B101", "part", Level.ERROR, reason="A part cannot be more than the whole.")
    if amounts.get("B121", Decimal(0)) > amounts.get("B12", Decimal("Infinity")):
        yield Finding("B121", "part", Level.ERROR, reason="A part cannot be more than the whole.")
    if amounts.get("S12", Decimal(0)) > amounts.get("S10", Decimal("Infinity")):
        yield Finding("S12", "part", Level.ERROR, reason="A part cannot be more than the whole.")


def swing(now: Decimal, before: Decimal) -> Decimal | None:
    """The move of a value as a share of what it was, unsigned; None when it was 0."""
    return abs(now - before) / abs(before) if before else None


def _swings(amounts: Amounts, prior: Amounts) -> Iterator[Finding]:
    for code in SWINGING:
        now, before = amounts.get(code), prior.get(code)
        if now is None or before is None:
            continue
        moved = swing(now, before)
        if abs(now - before) >= SWING_FLOOR and moved is not None and moved > SWING:
            yield Finding(
                code,
                "swing",
                Level.EXPLAIN,
                reason="%(now)s after %(before)s in the month before: moved by %(share)s %%; say why.",
                params={"now": f"{now:,}", "before": f"{before:,}", "share": f"{moved * 100:.1f}"},
            )


def _year_to_date(amounts: Amounts, year: Sequence[Amounts]) -> Iterator[Finding]:
    months = [completed(month) for month in year]
    for control, code in YEAR_TO_DATE.items():
        said, here = amounts.get(control), amounts.get(code)
        earlier = [month.get(code) for month in months]
        if said is None or here is None or None in earlier:
            continue
        total = here + sum((value for value in earlier if value is not None), Decimal(0))
        if abs(said - total) > TOLERANCE:
            yield Finding(
                control,
                "year_to_date",
                Level.ERROR,
                reason="The year to date says %(said)s, the months add up to %(total)s; "
                "the difference is %(gap)s.",
                params={"said": f"{said:,}", "total": f"{total:,}", "gap": f"{said - total:,}"},
            )


@dataclass(frozen=True)
class Difference:
    """A line of the audited year against the months."""

    line: str
    audited: Decimal | None
    months: Decimal | None

    @property
    def gap(self) -> Decimal | None:
        """Audited less months."""
        if self.audited is None or self.months is None:
            return None
        return self.audited - self.months

    @property
    def share(self) -> Decimal | None:
        """The gap as a share of what the months say, unsigned."""
        if self.gap is None or not self.months:
            return None
        return abs(self.gap) / abs(self.months)

    @property
    def must_be_explained(self) -> bool:
        """Whether the gap is more than 1 % or more than 100,000 yuan, rounding aside."""
        if self.gap is None or abs(self.gap) <= TOLERANCE:
            return False
        return self.share is None or self.share > AUDIT_SHARE or abs(self.gap) > AUDIT_AMOUNT


def reconcile(audited: Amounts, months: Sequence[Amounts]) -> list[Difference]:
    """The audited year line by line: flows against the sum of the months, states against the last month.

    `months` are in order; a line that a month does not say has no sum. Control lines of the year to date and
    the cash at the beginning are left out.
    """
    year, parts = completed(audited), [completed(month) for month in months]
    found = []
    for line in LINES:
        if line.section == "ytd" or line.code == "K00" or line.measured is Measured.COUNT:
            continue
        said = [month.get(line.code) for month in parts]
        known = [value for value in said if value is not None]
        if line.nature is Nature.STOCK:
            total = said[-1] if said else None
        else:
            total = sum(known, Decimal(0)) if known and len(known) == len(said) else None
        found.append(Difference(line.code, year.get(line.code), total))
    return found
