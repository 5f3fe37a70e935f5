"""The steps that led to a number, kept with it, and a digest that proves two results equal."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

TraceValue = Decimal | int | str | None


class TraceError(ValueError):
    """A value or text that cannot be part of a trace."""


@dataclass(frozen=True)
class Step:
    """One step of a calculation: what was done, with which inputs, giving which result, under which rule.

    ``label`` and the input names are English messages that pages translate; ``rule`` is a rule code with
    its version, such as ``tiers.cliff@1``. Inputs keep the order in which the rule lists them.
    """

    label: str
    inputs: Mapping[str, TraceValue]
    result: TraceValue
    rule: str


@dataclass(frozen=True)
class Trace:
    """All steps of one calculation in order."""

    steps: tuple[Step, ...] = ()

    def data(self) -> list[dict[str, Any]]:
        """The steps as JSON-ready lists and dicts; inputs are pairs, so their order survives any store."""
        return [
            {
                "inputs": [[name, _packed(value)] for name, value in step.inputs.items()],
                "label": step.label,
                "result": _packed(step.result),
                "rule": step.rule,
            }
            for step in self.steps
        ]

    def to_json(self) -> str:
        """The steps as JSON text: numbers as strings, texts as ``{"text": …}``, keys in a fixed order."""
        return json.dumps(self.data(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_data(cls, data: Sequence[Mapping[str, Any]]) -> "Trace":
        """Rebuild a trace from what ``data`` gave; anything else raises TraceError."""
        try:
            return cls(
                tuple(
                    Step(
                        label=row["label"],
                        inputs={name: _unpacked(value) for name, value in row["inputs"]},
                        result=_unpacked(row["result"]),
                        rule=row["rule"],
                    )
                    for row in data
                )
            )
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            raise TraceError("not a stored trace") from error

    @classmethod
    def from_json(cls, text: str) -> "Trace":
        """Rebuild a trace from its JSON text; anything else raises TraceError."""
        try:
            data = json.loads(text)
        except ValueError as error:
            raise TraceError("not a stored trace") from error
        return cls.from_data(data)


def _packed(value: TraceValue) -> str | dict[str, str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return str(value)
    raise TraceError(f"a trace holds numbers and texts, not {type(value).__name__}")


def _unpacked(value: str | Mapping[str, str] | None) -> TraceValue:
    if value is None:
        return None
    return Decimal(value) if isinstance(value, str) else value["text"]


def digest(obj: object) -> str:
    """The sha256 of an object's canonical JSON: equal values, equal digest, in any order of keys.

    Decimals count by value (1.0 equals 1.00); floats raise TraceError, because they are not exact.
    """
    text = json.dumps(_canonical(obj), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(obj: object) -> Any:
    match obj:
        case Enum():
            return _canonical(obj.value)
        case None | bool() | int() | str():
            return obj
        case Decimal():
            return {"decimal": _plain(obj)}
        case date():
            return {"date": obj.isoformat()}
        case Mapping():
            return {"map": {_key(key): _canonical(value) for key, value in obj.items()}}
        case AbstractSet():
            return {"set": sorted((_canonical(item) for item in obj), key=_sort_key)}
        case Sequence() if not isinstance(obj, bytes | bytearray | memoryview):
            return [_canonical(item) for item in obj]
        case _:
            return _canonical_record(obj)


def _canonical_record(obj: object) -> Any:
    if not is_dataclass(obj) or isinstance(obj, type):
        raise TraceError(f"cannot digest {type(obj).__name__}")
    return {type(obj).__name__: {field.name: _canonical(getattr(obj, field.name)) for field in fields(obj)}}


def _plain(value: Decimal) -> str:
    if not value.is_finite():
        raise TraceError(f"not an exact number: {value}")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TraceError("keys of a digested mapping are texts")
    return key


def _sort_key(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
