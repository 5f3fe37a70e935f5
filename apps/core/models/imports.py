from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MappingProfile(models.Model):
    """How the columns of somebody's table become the fields of one or more import kinds; data, not code."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("import kind"), max_length=80)
    spec = models.JSONField(default=dict)
    header = models.JSONField(default=list)
    header_key = models.CharField(max_length=64, blank=True)
    shipped = models.BooleanField(_("shipped with the product"), default=False)
    dealer_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    owner_label = models.CharField(max_length=150, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mapping profile")
        verbose_name_plural = _("mapping profiles")
        constraints = [
            # headquarters (no dealer) and every dealer name their own profiles
            models.UniqueConstraint(
                fields=["kind", "dealer_id", "name"],
                nulls_distinct=False,
                name="mappingprofile_kind_name",
            )
        ]
        indexes = [
            # an uploaded header finds its profile
            models.Index(fields=["header_key"], name="mappingprofile_header"),
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


class ImportMode(models.TextChoices):
    ALL = "all", _("All or nothing")
    GOOD = "good", _("Only good rows")


class ImportBatch(models.Model):
    """One import of one file: where it came from, what was found in it, what became of it."""

    kind = models.CharField(max_length=80)
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT)
    sheet = models.CharField(max_length=100, blank=True)
    profile = models.ForeignKey("core.MappingProfile", null=True, on_delete=models.SET_NULL)
    spec = models.JSONField(default=dict)
    mode = models.CharField(max_length=4, choices=ImportMode.choices, blank=True)
    status = models.CharField(max_length=12, choices=BatchStatus.choices, default=BatchStatus.UPLOADED)
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
        indexes = [
            # the history page, newest first, of everybody and of one dealer
            models.Index(fields=["-created_at", "-id"], name="importbatch_newest"),
            models.Index(fields=["dealer_id", "-id"], name="importbatch_dealer"),
        ]

    def __str__(self) -> str:
        return f"{self.file}"


class ImportRow(models.Model):
    """A staged fact of one row: its address in the sheet, the parsed values, and what is wrong with them.

    `output` counts the facts a mapping makes of one row, from 0. A row with `errors` is never committed; all
    facts of one row share its errors.
    """

    pk = models.CompositePrimaryKey("batch_id", "output", "row_no")
    # no database constraint: staged by COPY, where the check of each row would cost a third of the time
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="rows"
    )
    output = models.PositiveSmallIntegerField(default=0)
    row_no = models.PositiveIntegerField()
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=300, blank=True)
    data = models.JSONField()
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    class Meta:
        verbose_name = _("import row")
        verbose_name_plural = _("import rows")

    def __str__(self) -> str:
        return f"{self.row_no}"
