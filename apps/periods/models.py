from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.periods.rules import MonthState

STATES = [
    (MonthState.OPEN, pgettext_lazy("month", "Open")),
    (MonthState.SOFT, pgettext_lazy("month", "Being closed")),
    (MonthState.CLOSED, pgettext_lazy("month", "Closed")),
]


class PeriodState(models.Model):
    """The state of a month, for one kind of fact or for all (`kind` empty); a month without a row is open."""

    period = models.DateField(_("month"))
    kind = models.CharField(_("kind of fact"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.CharField(_("changed by"), max_length=150)

    class Meta:
        verbose_name = _("month state")
        verbose_name_plural = _("month states")
        constraints = [
            models.UniqueConstraint(fields=["period", "kind"], name="periodstate_period_kind"),
            models.CheckConstraint(condition=Q(period__day=1), name="periodstate_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m}"
