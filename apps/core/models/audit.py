from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One change: who did what to which object, for whom, with the values before and after. Append-only."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=150)
    on_behalf_of = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80)
    object_label = models.CharField(max_length=200, blank=True)
    dealer_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            # the history tab of one object, newest first
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["dealer_id", "-id"], name="audit_dealer"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_label or self.object_id}"
