from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MappingProfile(models.Model):
    """How the columns of somebody's table become the fields of one or more import kinds; data, not code."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("import kind"), max_length=80)
    spec = models.JSONField(default=dict)
    shipped = models.BooleanField(_("shipped with the product"), default=False)
    owner_id = models.BigIntegerField(null=True)
    owner_label = models.CharField(max_length=150, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mapping profile")
        verbose_name_plural = _("mapping profiles")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"], name="mappingprofile_kind_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class BatchStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    MAPPING = "mapping", _("Columns to be matched")
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked")
    COMMITTING = "committing", _("Importing")
    COMMITTED = "committed", _("Imported")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ImportBatch(models.Model):
    """One import of one file: where it came from, what was found in it, what became of it."""

    kind = models.CharField(max_length=80)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT)
    sheet = models.CharField(max_length=100, blank=True)
    profile = models.ForeignKey(
        "core.MappingProfile", null=True, on_delete=models.PROTECT
    )
    spec = models.JSONField(default=dict)
    status = models.CharField(
        max_length=12, choices=BatchStatus.choices, default=BatchStatus.UPLOADED
    )
    total_rows = models.PositiveIntegerField(default=0)
    good_rows = models.PositiveIntegerField(default=0)
    bad_rows = models.PositiveIntegerField(default=0)
    same_rows = models.PositiveIntegerField(default=0)
    warning_rows = models.PositiveIntegerField(default=0)
    created_facts = models.PositiveIntegerField(default=0)
    refusal = models.JSONField(null=True)
    summary = models.JSONField(default=dict)
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=150)
    dealer_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.kind} {self.file}"


class ImportRow(models.Model):
    """A staged row: its address in the sheet, the parsed values by output kind, and what is wrong with it."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE)
    kind = models.CharField(max_length=80)
    row_no = models.PositiveIntegerField()
    key = models.CharField(max_length=200, blank=True)
    data = models.JSONField()
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    class Meta:
        verbose_name = _("import row")
        verbose_name_plural = _("import rows")
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "kind", "row_no"], name="importrow_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.row_no}"
