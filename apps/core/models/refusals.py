from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Refusal(models.Model):
    """How often somebody was refused the same thing within an hour, and at which addresses.

    Only the count that keeps the audit trail short stands here; what was refused stands in the trail.
    """

    actor_id = models.BigIntegerField()
    method = models.CharField(max_length=10)
    route = models.CharField(max_length=120)
    reason = models.CharField(max_length=60)
    since = models.DateTimeField()
    times = models.PositiveIntegerField(default=0)
    places = ArrayField(models.CharField(max_length=200), default=list)

    class Meta:
        verbose_name = _("refused attempt")
        verbose_name_plural = _("refused attempts")
        constraints = [
            # one count for what is the same, also when it is refused twice at once
            models.UniqueConstraint(fields=["actor_id", "route", "method", "reason"], name="refusal_same"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.places[-1] if self.places else self.route}"
