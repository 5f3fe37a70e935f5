"""The audit trail: one event per change, written in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from apps.core.access import Actor
from apps.core.errors import DomainError

SECRET = frozenset({"password", "digest", "secret", "key"})
"""Fields whose values are never written down."""
HIDDEN = "***"

_INSERT = """
INSERT INTO core_auditevent
       (at, actor_id, actor_label, actor_dealers, on_behalf_of, action, request_id,
        object_type, object_id, object_label, dealer_id, before, after)
SELECT %s, %s, %s, %s::bigint[], %s, %s, %s, changed.*
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::jsonb[], %s::jsonb[]) AS changed
"""


@dataclass(frozen=True)
class Change:
    """What happened to one object; `before` and `after` hold the changed fields only."""

    obj: Model
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    dealer_id: int | None = None


@dataclass(frozen=True)
class _About:
    """What an event is about; a whole list has no key."""

    kind: str
    key: str
    label: str


_Row = tuple[str, str, str, int | None, str | None, str | None]


def record(
    *,
    actor: Actor,
    action: str,
    obj: Model,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    dealer_id: int | None = None,
) -> None:
    """Write the event of one change."""
    record_many(actor=actor, action=action, changes=[Change(obj, before, after, dealer_id)], now=now)


def record_many(*, actor: Actor, action: str, changes: Iterable[Change], now: datetime) -> int:
    """Write the events of a bulk change, one for each object, in one statement; returns how many.

    DomainError for who looks through another user's eyes: what cannot be recorded is not done.
    """
    if actor.viewer:
        raise DomainError("read_only", _("You look through another user's eyes: nothing can be changed."))
    rows = [_row(change) for change in changes]
    if rows:
        _insert(actor, action, rows, now)
    return len(rows)


def _insert(actor: Actor, action: str, rows: Sequence[_Row], now: datetime) -> None:
    by = (
        now,
        actor.user_id,
        actor.label[:150],
        sorted(actor.scope.dealer_ids) if actor.is_dealer else None,
        actor.for_label[:150],
        action,
        actor.request_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*by, *map(list, zip(*rows, strict=True))])


def record_taken(
    *,
    actor: Actor,
    action: str,
    kind: type[Model],
    label: str,
    now: datetime,
    after: Mapping[str, Any],
    key: str = "",
    dealer_id: int | None = None,
) -> None:
    """Write that data left the product: a list as a workbook, or (with its `key`) a file; nothing changed.

    Every page of a looker-on is in the trail with its address already, so nothing is written for one.
    """
    if actor.viewer:
        return
    own = next(iter(actor.scope.dealer_ids)) if len(actor.scope.dealer_ids) == 1 else None
    about = _About(kind._meta.label_lower, key, label)
    _insert(actor, action, [_told(about, dealer_id or own, None, after)], now)


def snapshot(obj: Model) -> dict[str, Any]:
    """The plain values of the editable fields, to be compared by `difference`.

    Other objects are named instead of numbered; what is secret is only seen to be there.
    """
    values: dict[str, Any] = {}
    for field in obj._meta.concrete_fields:
        if not field.editable or field.primary_key:
            continue
        value = getattr(obj, field.name if field.is_relation else field.attname)
        if isinstance(value, Model):
            value = str(value)
        values[field.name] = HIDDEN if field.name in SECRET and value else value
    plain: dict[str, Any] = json.loads(_json(values) or "{}")
    return plain


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they are."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}


def stored(obj: Model) -> dict[str, Any]:
    """The snapshot of an object as the data base holds it; empty when it is new."""
    held = type(obj)._base_manager.filter(pk=obj.pk).first() if obj.pk is not None else None
    return snapshot(held) if held is not None else {}


def _row(change: Change) -> _Row:
    obj = change.obj
    dealer_id = change.dealer_id if change.dealer_id is not None else getattr(obj, "dealer_id", None)
    about = _About(obj._meta.label_lower, str(obj.pk), str(obj))
    return _told(about, dealer_id, change.before, change.after)


def _told(
    about: _About,
    dealer_id: int | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> _Row:
    return (about.kind, about.key, about.label[:200], dealer_id, _json(before), _json(after))


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, default=str, ensure_ascii=False)
