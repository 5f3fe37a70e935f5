from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One change: who did what to which object, for whom, with the values before and after. Append-only.

    The data base refuses changes and numbers the rows: those of one transaction are a block, in it every row
    carries the SHA-256 of the row before it and of itself (migration 0004, core.chain). `actor_dealers` are
    the dealers whose person acted; none for the maker's people and the system.
    """

    at = models.DateTimeField(_("time"))
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(_("who"), max_length=150)
    actor_dealers = ArrayField(models.BigIntegerField(), null=True)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=150, blank=True)
    action = models.CharField(_("what"), max_length=80)
    object_type = models.CharField(_("kind of object"), max_length=80)
    object_id = models.CharField(max_length=80)
    object_label = models.CharField(_("object"), max_length=200, blank=True)
    dealer_id = models.BigIntegerField(null=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    request_id = models.CharField(_("request id"), max_length=36, blank=True)
    block_id = models.BigIntegerField(editable=False)
    position = models.PositiveIntegerField(editable=False)
    digest = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            # the history tab of one object, newest first
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["dealer_id", "-id"], name="audit_dealer"),
            # what one person did, and how often today
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            # a span of days; rows come in the order of time, so a few pages of index are enough
            BrinIndex(fields=["at"], name="audit_at"),
        ]
        constraints = [
            # the rows of a block in their order, for the check of the chain
            models.UniqueConstraint(fields=["block_id", "position"], name="audit_place"),
        ]

    def __str__(self) -> str:
        return f"{self.object_label or self.object_id} · {timezone.localtime(self.at):%Y-%m-%d %H:%M}"


class AuditBlock(models.Model):
    """The audit events of one transaction, sealed when it commits: how many, the hash of the last, the chain.

    `seq` counts without gaps in the order of commits; `digest` covers the block and the digest before it.
    Written by the data base only.
    """

    id = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(null=True, unique=True)
    rows = models.PositiveIntegerField()
    head = models.BinaryField()
    sealed_at = models.DateTimeField(null=True)
    previous = models.BinaryField(null=True)
    digest = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("audit block")
        verbose_name_plural = _("audit blocks")

    def __str__(self) -> str:
        return f"{self.seq}"


class AuditAnchor(models.Model):
    """The head of the chain at a moment, also written outside the data base: a cut tail contradicts it."""

    at = models.DateTimeField()
    seq = models.BigIntegerField()
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit anchor")
        verbose_name_plural = _("audit anchors")

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"
