from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.work.rules.states import TodoState

TODO_STATES = [
    (TodoState.OPEN.value, _("To do")),
    (TodoState.DONE.value, _("Done")),
    (TodoState.DROPPED.value, _("No longer needed")),
]


class Todo(models.Model):
    """Something to be done by a person, or by whoever holds a role at a place on the day it is read."""

    code = models.CharField(_("kind"), max_length=60)
    key = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    role = models.CharField(_("role"), max_length=30, blank=True, choices=role_names.CHOICES)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    without_id = models.BigIntegerField(null=True)
    dealer = models.ForeignKey(
        "dealers.Dealer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "dealers.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.CharField(_("opened by"), max_length=150, blank=True)
    due_at = models.DateTimeField(_("due"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=TODO_STATES, default=TodoState.OPEN.value)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("to-do")
        verbose_name_plural = _("to-dos")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="todo_open_once", condition=Q(state="open")),
            models.CheckConstraint(condition=Q(user__isnull=True) ^ Q(role=""), name="todo_person_or_role"),
        ]
        indexes = [
            models.Index(fields=["user", "state", "due_at"], name="todo_user"),
            models.Index(fields=["role", "dealer", "due_at"], name="todo_dealer", condition=Q(state="open")),
            models.Index(fields=["role", "unit", "due_at"], name="todo_unit", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.key}"
