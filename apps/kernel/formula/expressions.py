"""Formula objects: one object gives the value, the words and the lineage of a number."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from re import compile as pattern
from typing import NamedTuple

from apps.kernel.formula import wording
from apps.kernel.formula.errors import FormulaError
from apps.kernel.formula.windows import Ref, Window, WindowKind, appended, months_covered
from apps.kernel.missing import Missing
from apps.kernel.period import Month

Lookup = Callable[[Ref], Decimal | Missing]
Program = Callable[[Lookup], Decimal]

MAX_DEPTH = 64
MAX_DIGITS = 28
_CODE = pattern(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_SUM, _PRODUCT, _ATOM = 1, 2, 3
_RANKS = {"+": _SUM, "-": _SUM, "*": _PRODUCT}


class _NoValueError(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class Outcome(NamedTuple):
    """An unrounded value or None with a reason code, the parts of a top-level ratio, inputs if explained.

    Reasons are ``missing:<code>[@<months>]`` and ``zero_denominator:<formula of the denominator>``.
    """

    value: Decimal | None
    reason: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    inputs: tuple[tuple[Ref, Decimal | Missing], ...] = ()


class Expression:
    """A formula over measures and constants with three readings: evaluate, text and refs."""

    @property
    def rank(self) -> int:
        """How strongly its parts are bound; a weaker part is written in parentheses."""
        return _ATOM

    def evaluate(self, lookup: Lookup, month: Month | None = None) -> Outcome:
        """The value for the inputs a lookup gives; the month is needed by year-to-date windows only."""
        return self.compiled(month)(lookup)

    def explain(self, lookup: Lookup, month: Month | None = None) -> Outcome:
        """The same outcome together with every input it was made from, in reading order."""
        inputs = {ref: lookup(ref) for ref in self.ordered_refs(month)}
        return self.evaluate(inputs.__getitem__, month)._replace(inputs=tuple(inputs.items()))

    def compiled(self, month: Month | None = None) -> Callable[[Lookup], Outcome]:
        """The evaluation as one function, for loops over many dealers of one month."""
        number = self._month_number(month)
        found = self._outcomes.get(number)
        if found is None:
            found = self._outcomes[number] = self._outcome(number)
        return found

    def text(self, labels: wording.Labels, lang: wording.Language) -> str:
        """The formula in words, measures by their labels."""
        return self.written(wording.words(labels, lang))

    def refs(self, month: Month | None = None) -> frozenset[Ref]:
        """Every input it may ask for; without a month a year-to-date window counts all it can cover."""
        return frozenset(self.ordered_refs(month))

    def ordered_refs(self, month: Month | None = None) -> tuple[Ref, ...]:
        """The same inputs in reading order, the oldest month first."""
        numbers = [month.month] if month else range(1, 13) if self.needs_month else [1]
        found = (
            ref for reference in self.references for number in numbers for ref in reference.months(number)[0]
        )
        return tuple(dict.fromkeys(found))

    @cached_property
    def references(self) -> "tuple[Reference, ...]":
        """The distinct measure and KPI references in reading order."""
        return tuple(dict.fromkeys(node for node in self.walk() if isinstance(node, Reference)))

    @property
    def measure_codes(self) -> tuple[str, ...]:
        """Codes of the measures it reads, in reading order."""
        return tuple(dict.fromkeys(ref.code for ref in self.references if not ref.is_kpi))

    @property
    def kpi_codes(self) -> tuple[str, ...]:
        """Codes of the KPIs it reads, in reading order."""
        return tuple(dict.fromkeys(ref.code for ref in self.references if ref.is_kpi))

    @cached_property
    def needs_month(self) -> bool:
        """Whether a year-to-date window makes the value depend on the month number."""
        return any(window.kind is WindowKind.YTD for ref in self.references for window in ref.windows)

    def walk(self) -> "Iterator[Expression]":
        """This expression and all its parts in reading order."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def parts(self) -> "tuple[Expression, ...]":
        """The direct parts."""
        return ()

    def written(self, style: wording.Style) -> str:
        """The formula in a style."""
        raise NotImplementedError

    def program(self, month_number: int) -> Program:
        """The value as a function of the lookup; a missing value raises inside."""
        raise NotImplementedError

    def _outcome(self, month_number: int) -> Callable[[Lookup], Outcome]:
        program = self.program(month_number)

        def outcome(lookup: Lookup) -> Outcome:
            try:
                value = program(lookup)
            except _NoValueError as gap:
                return Outcome(None, gap.reason, None, None)
            return Outcome(value, None, value, None)

        return outcome

    def _month_number(self, month: Month | None) -> int:
        if not self.needs_month:
            return 1
        if month is None:
            raise FormulaError("month_needed")
        return month.month

    @cached_property
    def _outcomes(self) -> dict[int, Callable[[Lookup], Outcome]]:
        return {}

    @cached_property
    def depth(self) -> int:
        """How many levels the expression has."""
        return 1 + max((part.depth for part in self.parts), default=0)

    def check_depth(self) -> None:
        """Raise FormulaError when there are too many levels."""
        if self.depth > MAX_DEPTH:
            raise FormulaError("too_deep", limit=MAX_DEPTH)

    def __str__(self) -> str:
        return self.written(wording.CANONICAL)

    def __add__(self, other: "Expression | Decimal | int") -> "Expression":
        return Operation("+", self, expression(other))

    def __radd__(self, other: Decimal | int) -> "Expression":
        return Operation("+", expression(other), self)

    def __sub__(self, other: "Expression | Decimal | int") -> "Expression":
        return Operation("-", self, expression(other))

    def __rsub__(self, other: Decimal | int) -> "Expression":
        return Operation("-", expression(other), self)

    def __mul__(self, other: "Expression | Decimal | int") -> "Expression":
        return Operation("*", self, expression(other))

    def __rmul__(self, other: Decimal | int) -> "Expression":
        return Operation("*", expression(other), self)

    def __truediv__(self, other: "Expression | Decimal | int") -> "Expression":
        return Ratio(self, expression(other))

    def __rtruediv__(self, other: Decimal | int) -> "Expression":
        return Ratio(expression(other), self)

    def __neg__(self) -> "Expression":
        return Operation("-", Constant(Decimal(0)), self)


@dataclass(frozen=True)
class Constant(Expression):
    """An exact number."""

    value: Decimal

    def __post_init__(self) -> None:
        value = self.value
        if (
            not value.is_finite()
            or len(value.as_tuple().digits) > MAX_DIGITS
            or abs(value.adjusted()) > MAX_DIGITS
        ):
            raise FormulaError("bad_number", found=str(value)[: MAX_DIGITS * 2])

    def written(self, style: wording.Style) -> str:
        return wording.number(self.value)

    def program(self, month_number: int) -> Program:
        value = self.value
        return lambda lookup: value


@dataclass(frozen=True)
class Reference(Expression):
    """A measure or another KPI, in the evaluated month or over a window of months."""

    code: str
    windows: tuple[Window, ...] = ()
    is_kpi: bool = False

    def __post_init__(self) -> None:
        if _CODE.fullmatch(self.code) is None:
            raise FormulaError("bad_code", found=self.code[:80])

    def last(self, months: int) -> "Reference":
        """The sum of the last n months, this one included; flows only."""
        return self.over(Window(WindowKind.LAST, months))

    def mean(self, months: int) -> "Reference":
        """The mean of the last n months, this one included; no value when one month is missing."""
        return self.over(Window(WindowKind.MEAN, months))

    @property
    def ytd(self) -> "Reference":
        """The sum from January up to this month; flows only."""
        return self.over(Window(WindowKind.YTD))

    @property
    def year_ago(self) -> "Reference":
        """The same month, or the same window, a year earlier."""
        return self.over(Window(WindowKind.YEAR_AGO))

    @property
    def previous(self) -> "Reference":
        """The month, or the window, before."""
        return self.over(Window(WindowKind.PREVIOUS))

    def over(self, window: Window) -> "Reference":
        """The reference with one more window."""
        return Reference(self.code, appended(self.windows, window), self.is_kpi)

    def months(self, month_number: int) -> tuple[dict[Ref, int], int]:
        """The inputs with how often each counts, and by what their sum is divided."""
        counts, divisor = months_covered(self.windows, month_number)
        return {Ref(self.code, offset): count for offset, count in counts.items()}, divisor

    def written(self, style: wording.Style) -> str:
        return style.reference(self.code, self.is_kpi, self.windows)

    def program(self, month_number: int) -> Program:
        counts, divisor = self.months(month_number)
        reads = [(_read(ref), count) for ref, count in counts.items()]
        if len(reads) == 1:
            return reads[0][0]

        def over_months(lookup: Lookup) -> Decimal:
            return sum((read(lookup) * count for read, count in reads), Decimal(0)) / divisor

        return over_months


def _read(ref: Ref) -> Program:
    reason = f"missing:{ref}"

    def read(lookup: Lookup) -> Decimal:
        value = lookup(ref)
        if isinstance(value, Missing):
            raise _NoValueError(reason)
        return value

    return read


@dataclass(frozen=True)
class Operation(Expression):
    """A sum, difference or product."""

    sign: str
    left: Expression
    right: Expression

    def __post_init__(self) -> None:
        self.check_depth()

    @property
    def rank(self) -> int:
        return _RANKS[self.sign]

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.left, self.right

    def written(self, style: wording.Style) -> str:
        return _infix(self.left, self.sign, self.right, self.rank, style)

    def program(self, month_number: int) -> Program:
        left, right = self.left.program(month_number), self.right.program(month_number)
        match self.sign:
            case "+":
                return lambda lookup: left(lookup) + right(lookup)
            case "-":
                return lambda lookup: left(lookup) - right(lookup)
        return lambda lookup: left(lookup) * right(lookup)


@dataclass(frozen=True)
class Ratio(Expression):
    """A quotient; at the top of a formula both parts are kept, so networks divide sums of parts."""

    numerator: Expression
    denominator: Expression

    def __post_init__(self) -> None:
        self.check_depth()

    @property
    def rank(self) -> int:
        return _PRODUCT

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.numerator, self.denominator

    def written(self, style: wording.Style) -> str:
        return _infix(self.numerator, "/", self.denominator, self.rank, style)

    def program(self, month_number: int) -> Program:
        top, bottom = self.numerator.program(month_number), self.denominator.program(month_number)
        reason = self._zero_reason

        def divide(lookup: Lookup) -> Decimal:
            numerator, denominator = top(lookup), bottom(lookup)
            if not denominator:
                raise _NoValueError(reason)
            return numerator / denominator

        return divide

    @property
    def _zero_reason(self) -> str:
        return f"zero_denominator:{self.denominator}"

    def _outcome(self, month_number: int) -> Callable[[Lookup], Outcome]:
        top, bottom = self.numerator.program(month_number), self.denominator.program(month_number)
        zero = self._zero_reason

        def outcome(lookup: Lookup) -> Outcome:
            try:
                numerator, denominator = top(lookup), bottom(lookup)
            except _NoValueError:
                return _gap(top, bottom, lookup)
            if not denominator:
                return Outcome(None, zero, numerator, denominator)
            return Outcome(numerator / denominator, None, numerator, denominator)

        return outcome


def _gap(top: Program, bottom: Program, lookup: Lookup) -> Outcome:
    parts: list[Decimal | None] = []
    reasons: list[str] = []
    for program in (top, bottom):
        try:
            parts.append(program(lookup))
        except _NoValueError as gap:
            parts.append(None)
            reasons.append(gap.reason)
    return Outcome(None, reasons[0], parts[0], parts[1])


def _infix(left: Expression, sign: str, right: Expression, rank: int, style: wording.Style) -> str:
    before, after = left.written(style), right.written(style)
    if left.rank < rank:
        before = f"({before})"
    if right.rank <= rank:
        after = f"({after})"
    return f"{before} {style.signs[sign]} {after}"


def expression(value: "Expression | Decimal | int") -> Expression:
    """An operand as an expression; floats and other types raise TypeError, because they are not exact."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"a formula is made of expressions, Decimal and int, not {type(value).__name__}")
    return Constant(Decimal(value))
