"""How an empty clause of a policy begins."""

from __future__ import annotations

from typing import Any

from apps.incentives.rules import declared
from apps.incentives.rules.declared import fields_of, key_of
from apps.incentives.rules.types import TYPES


def new_clause(kind: str, taken: set[Any]) -> dict[str, Any]:
    """A clause of a type as an empty form starts it, with one empty row in every table of it."""
    code = next(letter for letter in (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "Z1") if letter not in taken)
    params = declared.defaults(TYPES[kind].params)
    for name, each in fields_of(TYPES[kind].params):
        if each.kind == "rows":
            params[key_of(name, each)] = [declared.defaults(each.of)]
    return {"code": code, "type": kind, "params": params}
