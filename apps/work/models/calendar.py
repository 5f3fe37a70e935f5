from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DayKind(models.TextChoices):
    OFF = "off", _("Holiday")
    WORK = "work", _("Make-up working day")


class CalendarDay(models.Model):
    """A day on which the statutory calendar differs from the week: a holiday, or a weekend worked on.

    A year counts as entered as soon as it has a holiday; other years have weekends only.
    """

    day = models.DateField(_("day"), unique=True)
    kind = models.CharField(_("kind"), max_length=4, choices=DayKind.choices)
    name = models.CharField(_("occasion"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("day of the statutory calendar")
        verbose_name_plural = _("statutory calendar")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
