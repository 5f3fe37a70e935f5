from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file someone uploaded or the product wrote, kept outside the web root under its content hash.

    It belongs to who stored it, and to a dealer or an organisation unit where one is given.
    """

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    blob = models.FileField(upload_to="blobs/")
    owner_id = models.BigIntegerField(null=True)
    owner_label = models.CharField(max_length=150, blank=True)
    dealer_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    sealed = models.BooleanField(default=False, db_default=False)
    """Holds personal data: encrypted on the disk, read by the product only, never downloaded."""

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["sha256"], name="storedfile_sha256")]

    def __str__(self) -> str:
        return self.name
