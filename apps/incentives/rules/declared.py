"""Declared fields: one declaration gives the form, the validation, the API schema and the stored form.

A part of a policy is a frozen dataclass whose fields are made by the functions below. `read` makes it of JSON
(every fault with its path), `data` gives the canonical JSON back, `fields_of` is what a form is drawn from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar

Part = TypeVar("Part")
MAX_DIGITS, MAX_DECIMALS, LONGEST_TEXT = 18, 6, 4000


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The text in the reader's language."""
        return self.zh if lang.startswith("zh") else self.en


NO_FIELD = Words("没有这个字段", "no such field")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a document; the path reads like `components[0].params.tiers[1].from`."""

    path: str
    message: Words


class DocumentError(ValueError):
    """A document that cannot be read, with all its problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{each.path}: {each.message.en}" for each in self.problems))


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a field of choices."""

    code: str
    label: Words


@dataclass(frozen=True)
class Declared:
    """What is known of a field.

    `kind` is decimal, integer, choice, text, words, date, flag, codes, rows, part or params. `unit` is yuan,
    percent (stored as a fraction), units, days, score, months or number; `unit_by` gives it by the value of
    another field. With `omit` the stored form leaves the default out, so that documents older than the field
    keep their hash. `when` names the field and the values of it for which this one is used. `source` says
    where codes come from (models, channels, measures …), `of` is the dataclass of a part or of each row.
    """

    kind: str
    label: Words
    help: Words | None = None
    unit: str = ""
    unit_by: tuple[str, Mapping[str, str]] | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    source: str = ""
    of: Any = None
    when: tuple[str, tuple[str, ...]] | None = None
    key: str = ""
    omit: bool = False

    def unit_for(self, values: Mapping[str, Any]) -> str:
        """The unit of the field beside the values of the others."""
        if self.unit_by is None:
            return self.unit
        name, units = self.unit_by
        return units.get(str(values.get(name, "")), self.unit)

    def choice(self, code: str) -> Words:
        """The label of one of the choices, the code itself if there is none."""
        return next((each.label for each in self.choices if each.code == code), Words(code, code))


def declare(kind: str, zh: str, en: str, *, default: Any = MISSING, **more: Any) -> Any:
    """A field of a declared dataclass; `optional` fields are None unless given."""
    helped = more.pop("help", None)
    found = Declared(kind, Words(zh, en), Words(*helped) if helped else None, **more)
    metadata = {"declared": found}
    if default is MISSING and found.optional:
        default = None
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def decimal(zh: str, en: str, *, unit: str = "number", low: Any = 0, high: Any = None, **more: Any) -> Any:
    """A number; bounds are inclusive, None is open."""
    bounds = {"low": None if low is None else Decimal(low), "high": None if high is None else Decimal(high)}
    return declare("decimal", zh, en, unit=unit, **bounds, **more)


def integer(zh: str, en: str, *, unit: str = "number", low: Any = 0, high: Any = None, **more: Any) -> Any:
    """A whole number; bounds are inclusive, None is open."""
    bounds = {"low": None if low is None else Decimal(low), "high": None if high is None else Decimal(high)}
    return declare("integer", zh, en, unit=unit, **bounds, **more)


def choice(zh: str, en: str, choices: Sequence[tuple[str, str, str]], **more: Any) -> Any:
    """One of (code, zh, en)."""
    found = tuple(Choice(code, Words(label_zh, label_en)) for code, label_zh, label_en in choices)
    return declare("choice", zh, en, choices=found, **more)


def codes(zh: str, en: str, *, source: str, default: tuple[str, ...] = (), **more: Any) -> Any:
    """Any number of codes of a source; none means no restriction."""
    return declare("codes", zh, en, source=source, default=default, **more)


def flag(zh: str, en: str, *, default: bool = False, **more: Any) -> Any:
    """Yes or no."""
    return declare("flag", zh, en, default=default, **more)


def rows(zh: str, en: str, of: type, *, default: Any = (), **more: Any) -> Any:
    """A table whose rows are a declared dataclass."""
    return declare("rows", zh, en, of=of, default=default, **more)


def part(zh: str, en: str, of: type, **more: Any) -> Any:
    """A declared dataclass inside another."""
    return declare("part", zh, en, of=of, **more)


def fields_of(cls: type) -> list[tuple[str, Declared]]:
    """The declared fields of a part in order, with their names."""
    return [(each.name, each.metadata["declared"]) for each in fields(cls) if "declared" in each.metadata]


def key_of(name: str, declared: Declared) -> str:
    """The name of a field in the stored form."""
    return declared.key or name


def defaults(cls: type) -> dict[str, Any]:
    """The stored form of the defaults of a part: what an empty form starts from."""
    found: dict[str, Any] = {}
    for each in fields(cls):
        declared: Declared = each.metadata["declared"]
        if each.default is not MISSING:
            found[key_of(each.name, declared)] = stored(each.default)
    return found


def read(cls: type[Part], given: Any, path: str, problems: list[Problem]) -> Part | None:
    """A part of its stored form; problems are added to the list, with any the answer is None."""
    before = len(problems)
    if not isinstance(given, Mapping):
        problems.append(Problem(path, Words("此处应为对象", "an object is needed here")))
        return None
    values: dict[str, Any] = {}
    known = set()
    for each in fields(cls):  # type: ignore[arg-type]
        declared: Declared = each.metadata["declared"]
        key = key_of(each.name, declared)
        known.add(key)
        place = f"{path}.{key}" if path else key
        if key in given:
            values[each.name] = _value(declared, given[key], place, problems, given)
        elif each.default is MISSING:
            problems.append(Problem(place, Words("必填", "this is needed")))
    unknown = sorted(set(map(str, given)) - known)
    problems += [Problem(f"{path}.{key}" if path else key, NO_FIELD) for key in unknown]
    if len(problems) > before:
        return None
    found = cls(**values)
    check: Callable[[], Sequence[tuple[str, Words]]] | None = getattr(found, "check", None)
    for key, message in check() if check is not None else ():
        problems.append(Problem(f"{path}.{key}" if path and key else path or key, message))
    return found if len(problems) == before else None


def data(given: Any) -> dict[str, Any]:
    """The canonical stored form of a part: every field, numbers as plain texts; see `Declared.omit`."""
    kind: Any = type(given)
    left_out = _omitted(kind)
    return {
        key_of(name, each): stored(value)
        for name, each in fields_of(kind)
        if (value := getattr(given, name)) != left_out.get(name, MISSING)
    }


@cache
def _omitted(cls: Any) -> dict[str, Any]:
    """The defaults that the stored form leaves out."""
    return {each.name: each.default for each in fields(cls) if each.metadata["declared"].omit}


def stored(value: Any) -> Any:
    """One value in its stored form."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Words):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, tuple):
        return [stored(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        return data(value)
    return value


def plain(value: Decimal) -> str:
    """A number without exponent and without trailing zeros."""
    return format((value + 0).normalize(), "f")


def _value(
    declared: Declared, given: Any, path: str, problems: list[Problem], beside: Mapping[str, Any]
) -> Any:
    if given is None and declared.optional:
        return None
    if declared.kind == "rows":
        return _rows(declared, given, path, problems)
    if declared.kind == "part":
        return read(declared.of, given, path, problems)
    if declared.kind == "params":
        cls = declared.of(beside)
        return None if cls is None else read(cls, given, path, problems)
    try:
        return _READERS[declared.kind](declared, given)
    except _Wrong as wrong:
        problems.append(Problem(path, wrong.words))
        return None


def _rows(declared: Declared, given: Any, path: str, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        problems.append(Problem(path, Words("此处应为表格", "a list of rows is needed here")))
        return ()
    found = (read(declared.of, row, f"{path}[{no}]", problems) for no, row in enumerate(given))
    return tuple(each for each in found if each is not None)


class _Wrong(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.words = Words(zh, en)


def _decimal(declared: Declared, given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, str | int | Decimal):
        raise _Wrong("请填写数字", "a number, written as a text, is needed")
    try:
        value = Decimal(str(given).strip())
    except InvalidOperation:
        raise _Wrong("请填写数字", "this is not a number") from None
    if not value.is_finite():
        raise _Wrong("请填写数字", "this is not a number")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MAX_DECIMALS:
        raise _Wrong(f"小数最多{MAX_DECIMALS}位", f"at most {MAX_DECIMALS} decimals")
    if value.adjusted() >= MAX_DIGITS - MAX_DECIMALS:
        raise _Wrong("数字过大", "the number is too large")
    if declared.low is not None and value < declared.low:
        low = shown(declared.low, declared.unit)
        raise _Wrong(f"不能小于{low}", f"not less than {low}")
    if declared.high is not None and value > declared.high:
        high = shown(declared.high, declared.unit)
        raise _Wrong(f"不能大于{high}", f"not more than {high}")
    return value


def shown(value: Decimal, unit: str) -> str:
    """A bound or value as people write it: fractions of percent fields as %."""
    return f"{plain(value * 100)}%" if unit == "percent" else plain(value)


def _integer(declared: Declared, given: Any) -> int:
    value = _decimal(declared, given)
    if value != value.to_integral_value():
        raise _Wrong("请填写整数", "a whole number is needed")
    return int(value)


def _choice(declared: Declared, given: Any) -> str:
    if not isinstance(given, str) or given not in {each.code for each in declared.choices}:
        raise _Wrong("请从选项中选择", "choose one of the values offered")
    return given


def _text(declared: Declared, given: Any) -> str:
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise _Wrong("请填写文字", "a text is needed")
    if declared.low and len(given.strip()) < declared.low:
        raise _Wrong("必填", "this is needed")
    return given.strip()


def _words(declared: Declared, given: Any) -> Words:
    if not isinstance(given, Mapping) or set(given) - {"zh", "en"}:
        raise _Wrong("请填写中文和英文", "a Chinese and an English text are needed")
    return Words(_text(declared, given.get("zh", "")), _text(declared, given.get("en", "")))


def _date(declared: Declared, given: Any) -> date:
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise _Wrong("请填写日期，例如2026-07-01", "a date such as 2026-07-01 is needed") from None


def _flag(declared: Declared, given: Any) -> bool:
    if not isinstance(given, bool):
        raise _Wrong("请选择是或否", "yes or no is needed")
    return given


def _codes(declared: Declared, given: Any) -> tuple[str, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise _Wrong("此处应为代码列表", "a list of codes is needed")
    if not all(isinstance(each, str) and each for each in given):
        raise _Wrong("代码不能为空", "codes are texts that are not empty")
    return tuple(sorted(set(given)))


_READERS: Mapping[str, Callable[[Declared, Any], Any]] = {
    "decimal": _decimal,
    "integer": _integer,
    "choice": _choice,
    "text": _text,
    "words": _words,
    "date": _date,
    "flag": _flag,
    "codes": _codes,
}
