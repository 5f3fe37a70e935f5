from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet

from apps.core import reach
from apps.core.access import Actor
from apps.work import policies, registry
from apps.work.models import Todo
from apps.work.queries.people import guises
from apps.work.rules.states import TodoState

MOST = 200


@dataclass(frozen=True)
class MyTodo:
    """A to-do as one person reads it; `for_label` names who is stood in for."""

    todo: Todo
    for_label: str
    overdue: bool

    @property
    def text(self) -> str:
        """What is to be done, in the language of the moment."""
        return registry.todo_kind(self.todo.code).said(self.todo.params)

    @property
    def kind(self) -> registry.TodoKind:
        """Its kind."""
        return registry.todo_kind(self.todo.code)


def todos(*, actor: Actor) -> QuerySet[Todo]:
    """The actor's to-dos, open and closed: its own, and those of its roles at their places today."""
    return policies.todo.visible_to(actor, Todo.objects.select_related("dealer", "unit"))


def my_todos(*, actor: Actor, on: date, now: datetime) -> Sequence[MyTodo]:
    """What the actor has to do today, also for those it stands in for; the earliest due first."""
    found: dict[int, MyTodo] = {}
    for guise in guises(actor=actor, on=on):
        with reach.on_behalf_of(guise):
            rows = todos(actor=guise).filter(state=TodoState.OPEN)
            for row in rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:MOST]:
                late = row.due_at is not None and row.due_at < now
                found.setdefault(row.pk, MyTodo(row, guise.for_label, late))
    latest = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found.values(), key=lambda each: (each.todo.due_at or latest, each.todo.pk))


def closed_todos(*, actor: Actor) -> Sequence[MyTodo]:
    """What was done or fell away lately, the newest first."""
    rows = todos(actor=actor).exclude(state=TodoState.OPEN).order_by("-closed_at", "-pk")
    return [MyTodo(row, "", overdue=False) for row in rows[:50]]


def text_of(todo: Todo) -> str:
    """What is to be done, in the language of the moment."""
    return registry.todo_kind(todo.code).said(todo.params)
