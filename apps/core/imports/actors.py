"""The actor of a check or import travels with its job, so that the work runs with the rights of who asked."""

from __future__ import annotations

from typing import Any

from apps.core.access import Actor, Scope


def packed(actor: Actor) -> dict[str, Any]:
    """The actor as plain values."""
    return {
        "user_id": actor.user_id,
        "label": actor.label,
        "roles": sorted(actor.roles),
        "everything": actor.scope.everything,
        "dealer_ids": sorted(actor.scope.dealer_ids),
        "unit_ids": sorted(actor.scope.unit_ids),
        "request_id": actor.request_id,
        "for_label": actor.for_label,
    }


def unpacked(plain: dict[str, Any]) -> Actor:
    """The actor of its plain values."""
    scope = Scope(plain["everything"], frozenset(plain["dealer_ids"]), frozenset(plain["unit_ids"]))
    roles = frozenset(plain["roles"])
    return Actor(
        plain["user_id"], plain["label"], roles, scope, plain["request_id"], plain.get("for_label", "")
    )
