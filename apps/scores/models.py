from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.scores.rules import SCORES


def score_choices() -> list[tuple[str, Any]]:
    """The scores that can be delivered; asked for each time, so that a new one needs no migration."""
    return [(each.code, _(each.label)) for each in SCORES.values()]


class DeliveredScore(models.Model):
    """A dealer's result in a month as somebody outside measured it, in one of its versions.

    A corrected result is a new version; the earlier one says what was known before.
    """

    dealer = models.ForeignKey(  # found by deliveredscore_version
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField(_("month"))
    score = models.CharField(_("score"), max_length=60, choices=score_choices)
    version = models.PositiveSmallIntegerField(_("version"))
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=6)
    note = models.CharField(_("note"), max_length=300, blank=True, db_default="")
    source = models.CharField(_("source"), max_length=60)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=320)
    replaced_at = models.DateTimeField(_("replaced at"), null=True)
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("delivered score")
        verbose_name_plural = _("delivered scores")
        constraints = [
            models.UniqueConstraint(
                fields=["dealer", "period", "score", "version"], name="deliveredscore_version"
            ),
            models.UniqueConstraint(
                fields=["dealer", "period", "score"],
                condition=Q(replaced_at__isnull=True),
                name="deliveredscore_one_in_force",
            ),
            models.CheckConstraint(condition=Q(period__day=1), name="deliveredscore_first_day"),
        ]
        indexes = [
            # the measures of a month, and the list
            models.Index(
                fields=["-period", "score", "dealer"],
                name="deliveredscore_in_force",
                condition=Q(replaced_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} · {self.get_score_display()}"
