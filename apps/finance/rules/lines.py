"""The lines of the dealer's statement with their codes. Source: domain.md §5.1.

What a store enters is an input line; every total follows from its parts, so it is never asked. A line whose
part is missing is missing, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Amounts = Mapping[str, Decimal]
Parts = tuple[tuple[int, str], ...]


class Nature(StrEnum):
    """Whether months of a line may be added up (flow) or a line is a state at the month's end (stock)."""

    FLOW = "flow"
    STOCK = "stock"


class Measured(StrEnum):
    """What a line counts."""

    YUAN = "yuan"
    COUNT = "count"


class Sign(StrEnum):
    """What a value below 0 means: it cannot be, it wants a word, or it is as good as any other."""

    NEVER_NEGATIVE = "never_negative"
    EXPLAIN_NEGATIVE = "explain_negative"
    ANY = "any"


@dataclass(frozen=True)
class Line:
    """One line; `parts` make it a total. `required` input lines must be filled, 0 where there is nothing."""

    code: str
    label: str
    section: str
    nature: Nature = Nature.FLOW
    measured: Measured = Measured.YUAN
    sign: Sign = Sign.EXPLAIN_NEGATIVE
    parts: Parts = ()
    required: bool = True

    @property
    def is_total(self) -> bool:
        """Whether it follows from other lines."""
        return bool(self.parts)

    @property
    def monthly_only(self) -> bool:
        """Whether only a month's statement asks for it."""
        return self.section == "ytd"


@dataclass(frozen=True)
class Section:
    """A block of the statement."""

    code: str
    label: str


SECTIONS = (
    Section("new", label="New cars"),
    Section("used", label="Used cars"),
    Section("service", label="After-sales"),
    Section("derived", label="Finance, insurance and accessories"),
    Section("other", label="Other business"),
    Section("expense", label="Expenses"),
    Section("result", label="Result"),
    Section("assets", label="Assets"),
    Section("funding", label="Liabilities and equity"),
    Section("cash", label="Cash flow"),
    Section("counts", label="Statistics"),
    Section("ytd", label="Year to date, as in the store's books"),
)
_ANY = Sign.ANY
_STOCK = Nature.STOCK


def _sum(*codes: str) -> Parts:
    return tuple((1, code) for code in codes)


def _less(first: str, *others: str) -> Parts:
    return ((1, first), *((-1, code) for code in others))


_REBATES = ("G111", "G112", "G113", "G114", "G115", "G116", "G117", "G118")
_SERVICE = ("1", "2", "3", "4", "5", "6")
_NEW = (
    Line("R10", label="New-car sales revenue", section="new"),
    Line("C10", label="Cost of new cars sold", section="new"),
    Line(
        "G10",
        label="New-car gross profit before rebates",
        section="new",
        sign=_ANY,
        parts=_less("R10", "C10"),
    ),
    Line("G111", label="Rebate: invoice discount", section="new"),
    Line("G112", label="Rebate: monthly", section="new"),
    Line("G113", label="Rebate: quarterly", section="new"),
    Line("G114", label="Rebate: annual", section="new"),
    Line("G115", label="Rebate: quality and appraisal", section="new"),
    Line("G116", label="Rebate: promotion support", section="new"),
    Line("G117", label="Rebate: store building", section="new"),
    Line("G118", label="Rebate: other", section="new"),
    Line("G11", label="Manufacturer rebates", section="new", parts=_sum(*_REBATES)),
    Line("G1", label="New-car gross profit with rebates", section="new", parts=_sum("G10", "G11")),
)
_USED = (
    Line("R20", label="Used-car revenue and commission", section="used"),
    Line("C20", label="Cost of used cars sold", section="used"),
    Line("G20", label="Used-car gross profit", section="used", parts=_less("R20", "C20")),
)
_AFTER_SALES = (
    Line("R31", label="Labour revenue", section="service"),
    Line("R32", label="Parts revenue", section="service"),
    Line("R33", label="Warranty revenue", section="service"),
    Line("R34", label="Accident repair revenue", section="service"),
    Line("R35", label="Internal repair revenue", section="service"),
    Line("R36", label="Service package revenue", section="service"),
    Line("R30", label="After-sales revenue", section="service", parts=_sum(*(f"R3{n}" for n in _SERVICE))),
    Line("C31", label="Labour cost", section="service"),
    Line("C32", label="Parts cost", section="service"),
    Line("C33", label="Warranty cost", section="service"),
    Line("C34", label="Accident repair cost", section="service"),
    Line("C35", label="Internal repair cost", section="service"),
    Line("C36", label="Service package cost", section="service"),
    Line("C30", label="After-sales cost", section="service", parts=_sum(*(f"C3{n}" for n in _SERVICE))),
    Line("G31", label="Labour gross profit", section="service", parts=_less("R31", "C31")),
    Line("G32", label="Parts gross profit", section="service", parts=_less("R32", "C32")),
    Line("G33", label="Warranty gross profit", section="service", parts=_less("R33", "C33")),
    Line("G34", label="Accident repair gross profit", section="service", parts=_less("R34", "C34")),
    Line("G35", label="Internal repair gross profit", section="service", parts=_less("R35", "C35")),
    Line("G36", label="Service package gross profit", section="service", parts=_less("R36", "C36")),
    Line("G30", label="After-sales gross profit", section="service", parts=_less("R30", "C30")),
)
_DERIVED = (
    Line("R41", label="Finance commission", section="derived"),
    Line("R42", label="Insurance commission, new policies", section="derived"),
    Line("R43", label="Insurance commission, renewals", section="derived"),
    Line("R44", label="Accessories", section="derived"),
    Line("R45", label="Plating and service fees", section="derived"),
    Line("R46", label="Extended warranty", section="derived"),
    Line("R40", label="Finance, insurance and accessories revenue", section="derived",
         parts=_sum(*(f"R4{n}" for n in _SERVICE))),
    Line("C40", label="Cost of finance, insurance and accessories", section="derived"),
    Line("G40", label="Finance, insurance and accessories gross profit", section="derived",
         parts=_less("R40", "C40")),
)  # fmt: skip
_OTHER = (
    Line("R50", label="Other income (subsidies, rents)", section="other"),
    Line("C50", label="Cost of other business", section="other"),
    Line("G50", label="Gross profit of other business", section="other", parts=_less("R50", "C50")),
    Line("REV", label="Total revenue", section="other", parts=_sum("R10", "R20", "R30", "R40", "R50")),
    Line("COGS", label="Total cost of sales", section="other", parts=_sum("C10", "C20", "C30", "C40", "C50")),
    Line("GP", label="Total gross profit", section="other", parts=_sum("G1", "G20", "G30", "G40", "G50")),
)
_EXPENSE = (
    Line("E10", label="Variable selling expense", section="expense"),
    Line("E20", label="Wages and social insurance", section="expense"),
    Line("E31", label="Rent", section="expense"),
    Line("E32", label="Depreciation and amortisation", section="expense"),
    Line("E30", label="Rent, depreciation and amortisation", section="expense", parts=_sum("E31", "E32")),
    Line("E40", label="Marketing, less manufacturer support", section="expense", sign=_ANY),
    Line("E50", label="Utilities and office", section="expense"),
    Line("E60", label="Travel and entertainment", section="expense"),
    Line("E70", label="IT and training", section="expense"),
    Line("E80", label="Other administrative expense", section="expense"),
    Line("E90", label="Financial expense", section="expense", sign=_ANY),
    Line("EXP", label="Total expense", section="expense",
         parts=_sum("E10", "E20", "E30", "E40", "E50", "E60", "E70", "E80", "E90")),
)  # fmt: skip
_RESULT = (
    Line("OP", label="Operating profit", section="result", sign=_ANY, parts=_less("GP", "EXP")),
    Line("N10", label="Non-operating result", section="result", sign=_ANY),
    Line("PBT", label="Profit before tax", section="result", sign=_ANY, parts=_sum("OP", "N10")),
    Line("T", label="Income tax", section="result", sign=_ANY),
    Line("NP", label="Net profit", section="result", sign=_ANY, parts=_less("PBT", "T")),
)
_ASSETS = (
    Line("B10", label="Cash, deposits included", section="assets", nature=_STOCK),
    Line("B101", label="of which restricted (deposits for bills)", section="assets", nature=_STOCK),
    Line("B11", label="Receivables", section="assets", nature=_STOCK),
    Line("B12", label="Rebates receivable", section="assets", nature=_STOCK),
    Line("B121", label="of which older than 90 days", section="assets", nature=_STOCK, required=False),
    Line("B13", label="Car stock", section="assets", nature=_STOCK),
    Line("B14", label="Parts stock", section="assets", nature=_STOCK),
    Line("B15", label="Prepayments for cars", section="assets", nature=_STOCK),
    Line("B16", label="Other current assets", section="assets", nature=_STOCK),
    Line("B19", label="Current assets", section="assets", nature=_STOCK,
         parts=_sum("B10", "B11", "B12", "B13", "B14", "B15", "B16")),
    Line("B20", label="Fixed and long-term assets", section="assets", nature=_STOCK),
    Line("B29", label="Total assets", section="assets", nature=_STOCK, parts=_sum("B19", "B20")),
)  # fmt: skip
_FUNDING = (
    Line("L10", label="Short-term loans and floor plan", section="funding", nature=_STOCK),
    Line("L11", label="Bills payable", section="funding", nature=_STOCK),
    Line("L12", label="Payables", section="funding", nature=_STOCK),
    Line("L13", label="Customer deposits", section="funding", nature=_STOCK),
    Line("L14", label="Other current liabilities", section="funding", nature=_STOCK),
    Line("L19", label="Current liabilities", section="funding", nature=_STOCK,
         parts=_sum("L10", "L11", "L12", "L13", "L14")),
    Line("L20", label="Long-term liabilities", section="funding", nature=_STOCK),
    Line("L29", label="Total liabilities", section="funding", nature=_STOCK, parts=_sum("L19", "L20")),
    Line("Q10", label="Paid-in capital", section="funding", nature=_STOCK),
    Line("Q11", label="Retained earnings", section="funding", nature=_STOCK, sign=_ANY),
    Line("Q12", label="Other equity", section="funding", nature=_STOCK, sign=_ANY),
    Line("Q19", label="Equity", section="funding", nature=_STOCK, parts=_sum("Q10", "Q11", "Q12")),
)  # fmt: skip
_CASH = (
    Line("K00", label="Cash at the beginning", section="cash", nature=_STOCK),
    Line("K10", label="Cash flow of operations", section="cash", sign=_ANY),
    Line("K20", label="Cash flow of investments", section="cash", sign=_ANY),
    Line("K30", label="Cash flow of financing", section="cash", sign=_ANY),
    Line(
        "K40", label="Cash at the end", section="cash", nature=_STOCK, parts=_sum("K00", "K10", "K20", "K30")
    ),
)


def _count(code: str, label: str, nature: Nature = Nature.FLOW, required: bool = True) -> Line:
    never = Sign.NEVER_NEGATIVE
    return Line(code, label, "counts", nature, Measured.COUNT, never, required=required)


_COUNTS = (
    _count("S10", label="New cars retailed"),
    _count("S11", label="New cars sold wholesale"),
    _count("S12", label="New cars sold below net cost, after rebates", required=False),
    _count("S20", label="Used cars sold"),
    _count("S30", label="Vehicles serviced"),
    _count("S31", label="Labour hours sold"),
    _count("S41", label="Staff in sales", nature=_STOCK),
    _count("S42", label="Staff in after-sales", nature=_STOCK),
    _count("S43", label="Staff in administration", nature=_STOCK),
    Line("S40", label="Staff", section="counts", nature=_STOCK, measured=Measured.COUNT,
         sign=Sign.NEVER_NEGATIVE, parts=_sum("S41", "S42", "S43")),
    _count("S50", label="Showroom area (m²)", nature=_STOCK),
    _count("S51", label="Service bays", nature=_STOCK),
)  # fmt: skip
YEAR_TO_DATE = {"Y10": "REV", "Y20": "PBT", "Y30": "NP"}
"""What the books say of the year so far, against the months: control line → line."""
_YTD = (
    Line("Y10", label="Revenue, year to date", section="ytd", sign=_ANY),
    Line("Y20", label="Profit before tax, year to date", section="ytd", sign=_ANY),
    Line("Y30", label="Net profit, year to date", section="ytd", sign=_ANY),
)
LINES: tuple[Line, ...] = (
    *_NEW, *_USED, *_AFTER_SALES, *_DERIVED, *_OTHER, *_EXPENSE, *_RESULT,
    *_ASSETS, *_FUNDING, *_CASH, *_COUNTS, *_YTD,
)  # fmt: skip
BY_CODE: Mapping[str, Line] = {line.code: line for line in LINES}
INPUTS = tuple(line for line in LINES if not line.is_total)
TOTALS = tuple(line for line in LINES if line.is_total)
DEPARTMENTS = ("G1", "G20", "G30", "G40", "G50")
EXPENSES = ("E10", "E20", "E30", "E40", "E50", "E60", "E70", "E80", "E90")


def completed(given: Amounts) -> dict[str, Decimal]:
    """The input lines with every total that follows from them; a total with a missing part is left out.

    Totals that were given are not believed: they are computed again. Unknown codes are dropped.
    """
    found = {line.code: given[line.code] for line in INPUTS if line.code in given}
    for line in TOTALS:
        if all(code in found for _sign, code in line.parts):
            found[line.code] = sum((sign * found[code] for sign, code in line.parts), Decimal(0))
    return found
