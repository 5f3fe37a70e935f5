"""The text form of formulas, read by our own tokenizer and parser: nothing in a text is ever executed."""

import re
from decimal import Decimal
from typing import NamedTuple, NoReturn

from apps.kernel.formula.errors import FormulaError
from apps.kernel.formula.expressions import MAX_DEPTH, Constant, Expression, Operation, Ratio, Reference
from apps.kernel.formula.functions import K, M, maximum, minimum, ratio, tiers
from apps.kernel.formula.windows import COUNTED, MAX_MONTHS, Window, WindowKind

MAX_LENGTH = 2000
_MAX_NUMBER_LENGTH = 60
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+*/(),.:])|(?P<space>[ \t\r\n]+)"
)
# what Chinese keyboards type for the signs, one character each so that positions stay right
_KEYBOARD = str.maketrans("（），：＋－−×＊÷／．　０１２３４５６７８９", "(),:+--**//. 0123456789")
_END = "the end"
_WINDOWS = {kind.value: kind for kind in WindowKind}


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


def parse(text: str) -> Expression:
    """The expression a text stands for, ``parse(str(e)) == e``; FormulaError names what is wrong, where."""
    if len(text) > MAX_LENGTH:
        raise FormulaError("too_long", MAX_LENGTH, limit=MAX_LENGTH)
    parser = _Parser(_tokens(text.translate(_KEYBOARD)))
    try:
        return parser.whole()
    except FormulaError as error:
        if error.position is not None:
            raise
        raise FormulaError(error.code, parser.last.position, **error.params) from error


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise FormulaError("bad_character", position, found=text[position])
        if found.lastgroup and found.lastgroup != "space":
            tokens.append(_Token(found.lastgroup, found.group(), position))
        position = found.end()
    tokens.append(_Token("end", _END, len(text)))
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.nesting = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    @property
    def last(self) -> _Token:
        return self.tokens[max(self.place - 1, 0)]

    def whole(self) -> Expression:
        found = self.sum()
        if self.token.kind != "end":
            self.refuse("a sign or the end")
        return found

    def sum(self) -> Expression:
        found = self.product()
        while self.token.text in ("+", "-"):
            sign = self.take().text
            found = Operation(sign, found, self.product())
        return found

    def product(self) -> Expression:
        found = self.factor()
        while self.token.text in ("*", "/"):
            sign = self.take().text
            right = self.factor()
            found = Operation(sign, found, right) if sign == "*" else Ratio(found, right)
        return found

    def factor(self) -> Expression:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise FormulaError("too_deep", self.token.position, limit=MAX_DEPTH)
        if self.token.text == "-":
            found = self.negative()
        elif self.token.kind == "number":
            found = Constant(self.number())
        elif self.token.text == "(":
            found = self.grouped()
        elif self.token.kind == "name":
            found = self.named()
        else:
            self.refuse("a code, a number or (")
        self.nesting -= 1
        return found

    def negative(self) -> Expression:
        self.take()
        if self.token.kind == "number":
            return Constant(-self.number())
        return -self.factor()

    def grouped(self) -> Expression:
        self.expect("(")
        found = self.sum()
        self.expect(")")
        return found

    def named(self) -> Expression:
        name = self.take()
        if self.token.text == ".":
            return self.windowed(M(self.code(name)))
        match name.text:
            case "kpi":
                return self.kpi()
            case "min":
                return minimum(*self.arguments())
            case "max":
                return maximum(*self.arguments())
            case "ratio":
                return self.ratio()
            case "tiers":
                return self.tiered()
            case _:
                return self.refuse(". and a noun after the app")

    def kpi(self) -> Expression:
        self.expect("(")
        found = K(self.code(self.name("a code")))
        self.expect(")")
        return self.windowed(found)

    def code(self, app: _Token) -> str:
        self.expect(".")
        return f"{app.text}.{self.name('a noun').text}"

    def windowed(self, found: Reference) -> Reference:
        while self.token.text == ".":
            self.take()
            name = self.name("a window")
            kind = _WINDOWS.get(name.text)
            if kind is None:
                raise FormulaError("unexpected", name.position, expected=", ".join(_WINDOWS), found=name.text)
            found = found.over(Window(kind, self.months() if kind in COUNTED else 0))
        return found

    def months(self) -> int:
        self.expect("(")
        token = self.token
        months = self.number()
        self.expect(")")
        if months != int(months):
            raise FormulaError("bad_window", token.position, limit=MAX_MONTHS, found=token.text)
        return int(months)

    def arguments(self) -> list[Expression]:
        self.expect("(")
        found = [self.sum()]
        while self.token.text == ",":
            self.take()
            found.append(self.sum())
        self.expect(")")
        return found

    def ratio(self) -> Expression:
        self.expect("(")
        numerator = self.sum()
        self.expect(",")
        denominator = self.sum()
        self.expect(")")
        return ratio(numerator, denominator)

    def tiered(self) -> Expression:
        self.expect("(")
        measure = self.sum()
        steps: list[tuple[Decimal, Decimal]] = []
        while not steps or self.token.text == ",":
            self.expect(",")
            lower = self.signed()
            self.expect(":")
            steps.append((lower, self.signed()))
        self.expect(")")
        return tiers(measure, steps)

    def signed(self) -> Decimal:
        if self.token.text != "-":
            return self.number()
        self.take()
        return -self.number()

    def number(self) -> Decimal:
        if self.token.kind != "number":
            self.refuse("a number")
        token = self.take()
        if len(token.text) > _MAX_NUMBER_LENGTH:
            raise FormulaError("bad_number", token.position, found=token.text[:_MAX_NUMBER_LENGTH])
        return Decimal(token.text)

    def name(self, expected: str) -> _Token:
        if self.token.kind != "name":
            self.refuse(expected)
        return self.take()

    def expect(self, sign: str) -> None:
        if self.token.text != sign:
            self.refuse(sign)
        self.take()

    def take(self) -> _Token:
        token = self.token
        self.place += 1
        return token

    def refuse(self, expected: str) -> NoReturn:
        raise FormulaError("unexpected", self.token.position, expected=expected, found=self.token.text)
