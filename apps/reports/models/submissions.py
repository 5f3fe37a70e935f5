from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.reports import registry
from apps.reports.rules.states import Source, State

STATES = [
    (State.DRAFT, _("Draft")),
    (State.SUBMITTED, _("Submitted")),
    (State.RETURNED, _("Returned")),
    (State.APPROVED, _("Approved")),
    (State.LOCKED, _("Locked")),
    (State.CORRECTING, _("Being corrected")),
]
SOURCES = [(Source.WEB, _("Web form")), (Source.EXCEL, _("Excel")), (Source.API, "API")]

THIRDS = {
    "1": _("%(month)s, first ten days"),
    "2": _("%(month)s, second ten days"),
    "3": _("%(month)s, last days"),
}


def period_label(text: str) -> str:
    """A period as people say it: 2026-11, 2026Q3, 2026-11 中旬."""
    month, _dash, third = text.rpartition("-")
    return str(THIRDS[third]) % {"month": month} if "-" in month else text


class Submission(models.Model):
    """One report of one owner about one period: its draft, its findings and how far it is.

    Owned by a dealer, or by a unit (then perhaps by one person in it, and read by that person and whoever
    reviews it: the `reviewer` and the levels above). `edition` counts every save, so that
    a stale tab is noticed; `version` is the number of the last version kept. `on_time` is judged by the
    server's clock at the first submission; `submitted_version` is the version that counts.
    """

    form = models.CharField(_("report"), max_length=60)
    form_version = models.CharField(max_length=12)
    period = models.DateField(_("period"))
    period_text = models.CharField(_("period"), max_length=10)
    dealer = models.ForeignKey(
        "dealers.Dealer",
        verbose_name=_("dealer"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    unit = models.ForeignKey(
        "dealers.OrgUnit",
        verbose_name=_("organisation unit"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reviewer = models.CharField(_("reviewed by"), max_length=30, choices=role_names.CHOICES, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=State.DRAFT)
    edition = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(_("version"), default=0)
    content = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    reasons = models.JSONField(default=dict)
    errors = models.PositiveIntegerField(_("to correct"), default=0)
    to_explain = models.PositiveIntegerField(_("to explain"), default=0)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField(_("saved at"))
    saved_by = models.CharField(_("saved by"), max_length=320)
    due_at = models.DateTimeField(_("due"), null=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    submitted_by = models.CharField(_("submitted by"), max_length=320, blank=True)
    submitted_by_id = models.BigIntegerField(null=True)
    submitted_version = models.PositiveIntegerField(_("submitted version"), default=0)
    on_time = models.BooleanField(_("on time"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=320, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(dealer__isnull=False, unit__isnull=True, user__isnull=True)
                | Q(dealer__isnull=True, unit__isnull=False),
                name="submission_owner",
            ),
            models.UniqueConstraint(
                fields=["dealer", "form", "period"],
                name="submission_one_per_dealer",
                condition=Q(dealer__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["unit", "form", "period"],
                name="submission_one_per_unit",
                condition=Q(unit__isnull=False, user__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["user", "form", "period"],
                name="submission_one_per_person",
                condition=Q(user__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["-period", "-id"], name="submission_newest"),
            models.Index(fields=["form", "period", "state"], name="submission_form"),
            models.Index(fields=["unit", "-period"], name="submission_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.period_label}"

    @property
    def period_label(self) -> str:
        """The period as people say it."""
        return period_label(self.period_text)

    @property
    def label(self) -> str:
        """The name of the form; its code when it is declared no more."""
        declared = registry.forms().get(self.form)
        return str(declared.label) if declared else self.form


class SubmissionVersion(models.Model):
    """What was uploaded or submitted at a moment; never changed."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="versions")
    no = models.PositiveIntegerField(_("version"))
    form_version = models.CharField(max_length=12)
    content = models.JSONField()
    findings = models.JSONField()
    reasons = models.JSONField(default=dict)
    source = models.CharField(_("source"), max_length=5, choices=SOURCES)
    file = models.ForeignKey("core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    file_sha256 = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=320)

    class Meta:
        verbose_name = _("version of a report")
        verbose_name_plural = _("versions of reports")
        constraints = [
            models.UniqueConstraint(fields=["submission", "no"], name="submissionversion_no"),
        ]

    def __str__(self) -> str:
        return f"{self.submission} v{self.no}"
