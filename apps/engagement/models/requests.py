from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.engagement.rules import RequestKind, RequestState

REQUEST_KINDS = [
    (RequestKind.GRANT, _("Grant points")),
    (RequestKind.DEDUCTION, _("Take points back")),
    (RequestKind.TRANSFER, _("Transfer all points to another log-in")),
]
REQUEST_STATES = [
    (RequestState.WAITING, _("Waits for a second person")),
    (RequestState.DONE, _("Done")),
    (RequestState.REFUSED, _("Refused")),
]


class PointRequest(models.Model):
    """Points granted, taken back or transferred by hand; another person decides."""

    kind = models.CharField(_("kind"), max_length=10, choices=REQUEST_KINDS)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    to_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("to"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    points = models.DecimalField(_("points"), max_digits=10, decimal_places=0, null=True)
    valid_months = models.PositiveSmallIntegerField(_("usable for (months)"), default=24)
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(
        _("status"), max_length=10, choices=REQUEST_STATES, default=RequestState.WAITING.value
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True, db_default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True, db_default="")

    class Meta:
        verbose_name = _("request about points")
        verbose_name_plural = _("requests about points")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="transfer", to_person__isnull=False, points__isnull=True)
                | (~Q(kind="transfer") & Q(to_person__isnull=True, points__gt=0)),
                name="pointrequest_says",
            ),
        ]
        indexes = [models.Index(fields=["-asked_at", "-id"], name="pointrequest_newest")]

    def __str__(self) -> str:
        points = f" {self.points:,}" if self.points is not None else ""
        return f"{self.get_kind_display()}{points} · {self.person}"
