"""What I have to do."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kit.pages import Button, ConfirmPage, FormPage, SimplePage
from apps.work import policies, queries, services
from apps.work.forms.work import TaskForm

CLOSED_SHOWN = 20


class MyTodos(SimplePage):
    """What one has to do today, also for those one stands in for."""

    action = policies.VIEW
    title = _("My to-dos")
    template_name = "work/todos.html"
    buttons = (Button(_("New task"), "work:task-create", policies.VIEW, "plus", primary=True),)

    def context(self) -> dict[str, Any]:
        now = timezone.now()
        return {
            "todos": queries.my_todos(actor=self.actor, on=timezone.localdate(), now=now),
            "closed": queries.closed_todos(actor=self.actor)[:CLOSED_SHOWN],
        }


class TaskCreate(FormPage):
    """Writes a task down, for oneself or for a colleague."""

    action = policies.VIEW
    title = _("New task")
    form_class = TaskForm
    success = _("The task is written down.")

    def form_options(self) -> dict[str, Any]:
        return {"actor": self.actor}

    def save(self, cleaned: dict[str, Any]) -> str:
        services.create_task(actor=self.actor, now=timezone.now(), **cleaned)
        return reverse("work:todo-list")


class TodoFinish(ConfirmPage):
    """Ticks a free task off."""

    action = policies.VIEW
    title = _("Done?")
    query = queries.todos
    question = _("Is this done?")
    submit_label = _("Done")
    success = _("Done.")

    def page_title(self) -> str:
        return queries.text_of(self.object)

    def act(self) -> str:
        services.finish_by_hand(todo=self.object, actor=self.actor, now=timezone.now())
        return reverse("work:todo-list")
