"""Rules as plain data, the form in which they are kept."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any

from apps.kernel.recurrence.parts import (
    Clock,
    Coverage,
    Daily,
    Edge,
    Escalate,
    Event,
    EveryDays,
    MonthDay,
    MonthEnd,
    Offset,
    Part,
    Periodic,
    Quota,
    RecurrenceError,
    Relation,
    Scope,
    Span,
    Standing,
    Xun,
)
from apps.kernel.recurrence.rules import Recurrence
from apps.kernel.workdays import Shift

KINDS: dict[str, type[Part]] = {
    "daily": Daily,
    "every_days": EveryDays,
    "month_day": MonthDay,
    "xun": Xun,
    "periodic": Periodic,
    "edge": Edge,
    "quota": Quota,
    "coverage": Coverage,
    "event": Event,
    "escalate": Escalate,
    "standing": Standing,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
_ENUMS: dict[str, type[StrEnum]] = {
    "relation": Relation,
    "month_end": MonthEnd,
    "span": Span,
    "scope": Scope,
}


def to_data(rule: Recurrence) -> dict[str, Any]:
    """A rule as values JSON can hold; what has its default value is left out."""
    data: dict[str, Any] = {"parts": [_part_data(part) for part in rule.parts]}
    if rule.shift is not Shift.NONE:
        data["shift"] = rule.shift.value
    return data | ({"after": rule.after} if rule.after else {})


def from_data(data: Mapping[str, Any]) -> Recurrence:
    """The rule the data hold; RecurrenceError when they hold none."""
    try:
        parts = tuple(_part(dict(each)) for each in data["parts"])
        return Recurrence(parts, Shift(data.get("shift", "none")), str(data.get("after", "")))
    except (KeyError, TypeError, ValueError) as error:
        raise RecurrenceError(f"no rule: {error}") from error


def _part_data(part: Part) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": _NAMES[type(part)]}
    for field in fields(part):  # type: ignore[arg-type]
        value = getattr(part, field.name)
        if field.default is MISSING or value != field.default:
            data[field.name] = _plain(value)
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Offset):
        return {"amount": value.amount, "clock": value.clock.value}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, StrEnum):
        return value.value
    return f"{value:%H:%M}" if isinstance(value, dt.time) else value


def _part(data: dict[str, Any]) -> Part:
    kind = KINDS[data.pop("kind")]
    return kind(**{name: _valued(name, value) for name, value in data.items()})


def _valued(name: str, value: Any) -> Any:
    if name in _ENUMS:
        return _ENUMS[name](value)
    if name == "offset":
        return Offset(int(value["amount"]), Clock(value["clock"]))
    if isinstance(value, list):
        return tuple(dt.time.fromisoformat(each) if name == "times" else each for each in value)
    return value
