"""To-dos are opened by what asks for them and closed by what was asked for; a free task by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.rights import delegations
from apps.core import audit, reach
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.work import queries, registry
from apps.work.declared import TASK
from apps.work.models import Todo
from apps.work.rules.states import TodoState
from apps.work.services.notifying import notify

_BEYOND = "a to-do stands with whom it concerns, not with who causes it"
_INSERT = """
INSERT INTO work_todo (key, params, url, role, user_id, without_id, dealer_id, unit_id, due_at,
                       code, opened_at, opened_by, state, closed_by)
SELECT wanted.*, %s, %s, %s, 'open', ''
  FROM unnest(%s::text[], %s::jsonb[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
              %s::bigint[], %s::timestamptz[]) AS wanted
ON CONFLICT (key) WHERE state = 'open'
DO UPDATE SET due_at = excluded.due_at, params = excluded.params, url = excluded.url, role = excluded.role,
              user_id = excluded.user_id, without_id = excluded.without_id, dealer_id = excluded.dealer_id,
              unit_id = excluded.unit_id
"""


@dataclass(frozen=True)
class Wanted:
    """A to-do to be opened: for one person, or for a role at a dealer or unit; `key` makes it once."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    role: str = ""
    user_id: int | None = None
    without_id: int | None = None
    """Somebody who must not be the one, for example who asked."""
    dealer_id: int | None = None
    unit_id: int | None = None
    due_at: datetime | None = None


def open_todo(*, code: str, todo: Wanted, now: datetime, opened_by: str = "") -> None:
    """Open one to-do; an open one with the same key is brought up to date instead."""
    open_todos(code=code, wanted=[todo], now=now, opened_by=opened_by)


@transaction.atomic
def open_todos(*, code: str, wanted: Sequence[Wanted], now: datetime, opened_by: str = "") -> int:
    """Open many to-dos of one kind in one statement; ValueError for one that is nobody's or everybody's."""
    registry.todo_kind(code)
    if any(bool(each.role) == (each.user_id is not None) for each in wanted):
        raise ValueError("a to-do is for one person or for one role")
    if not wanted:
        return 0
    rows = [
        (
            each.key[:200],
            json.dumps(dict(each.params), default=str, ensure_ascii=False),
            each.url,
            each.role,
            each.user_id,
            each.without_id,
            each.dealer_id,
            each.unit_id,
            each.due_at,
        )
        for each in wanted
    ]
    with reach.beyond(_BEYOND), connection.cursor() as cursor:
        cursor.execute(_INSERT, [code, now, opened_by[:150], *map(list, zip(*rows, strict=True))])
        return int(cursor.rowcount)


def close_todo(*, key: str, now: datetime, by: str = "", dropped: bool = False) -> int:
    """Close the open to-do of a key, because it was done or, `dropped`, because nobody needs it any more."""
    return close_todos(keys=[key], now=now, by=by, dropped=dropped)


@transaction.atomic
def close_todos(*, keys: Iterable[str], now: datetime, by: str = "", dropped: bool = False) -> int:
    """Close the open to-dos of the keys in one statement; returns how many were open."""
    state = TodoState.DROPPED if dropped else TodoState.DONE
    with reach.beyond(_BEYOND):
        rows = Todo.objects.filter(key__in=list(keys), state=TodoState.OPEN)
        return rows.update(state=state, closed_at=now, closed_by=by[:150])


@transaction.atomic
def finish_by_hand(*, todo: Todo, actor: Actor, now: datetime) -> Todo:
    """Tick off a free task; refused for a to-do that something else closes. Repeated, it changes nothing."""
    if not registry.todo_kind(todo.code).by_hand:
        raise DomainError("not_by_hand", _("This is done by doing it, not by ticking it off."))
    guise = _who(todo, actor, now)
    with reach.beyond(_BEYOND):
        row = Todo.objects.select_for_update().get(pk=todo.pk)
        if row.state == TodoState.OPEN:
            row.state, row.closed_at, row.closed_by = TodoState.DONE, now, guise.label
            row.save(update_fields=["state", "closed_at", "closed_by"])
            after = {"state": row.state, "task": str(row.params.get("title", ""))}
            audit.record(actor=guise, action="work.close_todo", obj=row, now=now, after=after)
    return row


@transaction.atomic
def create_task(
    *, title: str, due_at: datetime | None, person: User | None, actor: Actor, now: datetime
) -> Todo:
    """Write down a task for oneself or for a colleague, who is told."""
    assert actor.user_id is not None
    user_id = person.pk if person is not None else actor.user_id
    on = timezone.localdate(now)
    if (
        user_id != actor.user_id
        and not delegations.colleagues(actor=actor, on=on).filter(pk=user_id).exists()
    ):
        raise DomainError("no_colleague", _("Choose a colleague."), fields={"person": _("Not a colleague.")})
    with reach.beyond(_BEYOND):
        row = Todo.objects.create(
            code=TASK,
            key="",
            params={"title": title},
            user_id=user_id,
            opened_at=now,
            opened_by=actor.label,
            due_at=due_at,
        )
        row.key = f"work.task:{row.pk}"
        row.save(update_fields=["key"])
        audit.record(actor=actor, action="work.open_todo", obj=row, now=now, after={"task": title})
    if user_id != actor.user_id:
        notify(
            notice="work.task",
            recipients=[user_id],
            key=row.key,
            now=now,
            params={"title": title, "by": actor.label},
            url=reverse("work:todo-list"),
        )
    return row


def _who(todo: Todo, actor: Actor, now: datetime) -> Actor:
    """As whom the actor may do a to-do; DomainError when it is none of its own."""
    for guise in queries.guises(actor=actor, on=timezone.localdate(now)):
        with reach.on_behalf_of(guise):
            if queries.todos(actor=guise).filter(pk=todo.pk).exists():
                return guise
    raise DomainError("not_yours", _("This to-do is somebody else's."))
