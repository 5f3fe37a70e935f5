from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Backup(models.Model):
    """A backup that was taken: what is in it, and whether a restore of it was compared and found equal."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    taken_at = models.DateTimeField(_("taken"))
    table_count = models.PositiveIntegerField()
    row_count = models.PositiveBigIntegerField(_("rows"))
    file_count = models.PositiveIntegerField(_("files"))
    size = models.PositiveBigIntegerField(_("size"))
    product_version = models.CharField(max_length=30)
    server_version = models.CharField(max_length=60)
    verified_at = models.DateTimeField(_("verified"), null=True)
    problems = models.JSONField(_("problems"), default=list)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        indexes = [
            # the newest backup that was verified, asked by every health check
            models.Index(
                fields=["-taken_at"],
                name="backup_verified",
                condition=models.Q(verified_at__isnull=False, problems=[]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TrailCheck(models.Model):
    """A check of the whole audit trail: how far it reached, what was broken, which restores it knew of."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))
    last_block = models.BigIntegerField(_("blocks"))
    event_count = models.BigIntegerField(_("events"))
    anchor_count = models.PositiveIntegerField(_("anchors"))
    problems = models.JSONField(_("problems"), default=list)
    restores = models.JSONField(_("restores"), default=list)

    class Meta:
        verbose_name = _("check of the trail")
        verbose_name_plural = _("checks of the trail")
        indexes = [models.Index(fields=["-started_at"], name="trailcheck_newest")]

    def __str__(self) -> str:
        return f"{timezone.localdate(self.started_at)}"


class SelfTest(models.Model):
    """A walk through the product as each role, with what was found wrong."""

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))
    role_count = models.PositiveIntegerField(_("roles"))
    request_count = models.PositiveIntegerField(_("requests"))
    problems = models.JSONField(_("problems"), default=list)
    slowest = models.JSONField(default=list)

    class Meta:
        verbose_name = _("self-test")
        verbose_name_plural = _("self-tests")
        indexes = [models.Index(fields=["-started_at"], name="selftest_newest")]

    def __str__(self) -> str:
        return f"{timezone.localdate(self.started_at)}"
