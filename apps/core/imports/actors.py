"""The actor of a check or import travels with its job, so that the work runs with the rights of who asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.core.access import Actor, Limit, Reach, Scope


def packed(actor: Actor) -> dict[str, Any]:
    """The actor as plain values."""
    return {
        "user_id": actor.user_id,
        "label": actor.label,
        "roles": sorted(actor.roles),
        **_scope(actor.scope),
        "request_id": actor.request_id,
        "for_label": actor.for_label,
        "for_id": actor.for_id,
        "reaches": [_reach(reach) for reach in actor.reaches],
    }


def unpacked(plain: dict[str, Any]) -> Actor:
    """The actor of its plain values."""
    return Actor(
        plain["user_id"],
        plain["label"],
        frozenset(plain["roles"]),
        _scope_of(plain),
        plain["request_id"],
        reaches=tuple(_reach_of(reach) for reach in plain.get("reaches", ())),
        for_label=plain.get("for_label", ""),
        for_id=plain.get("for_id"),
    )


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "everything": scope.everything,
        "dealer_ids": sorted(scope.dealer_ids),
        "unit_ids": sorted(scope.unit_ids),
    }


def _scope_of(plain: dict[str, Any]) -> Scope:
    return Scope(plain["everything"], frozenset(plain["dealer_ids"]), frozenset(plain["unit_ids"]))


def _reach(reach: Reach) -> dict[str, Any]:
    limits = {code: [_text(limit.amount), _text(limit.rate)] for code, limit in reach.limits.items()}
    return {"role": reach.role, "actions": sorted(reach.actions), "limits": limits, **_scope(reach.scope)}


def _reach_of(plain: dict[str, Any]) -> Reach:
    limits = {code: Limit(_number(amount), _number(rate)) for code, (amount, rate) in plain["limits"].items()}
    return Reach(plain["role"], frozenset(plain["actions"]), _scope_of(plain), limits)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
