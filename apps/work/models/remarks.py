from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.work.rules.states import CorrectionState

CORRECTION_STATES = [
    (CorrectionState.ASKED.value, _("Waits for an answer")),
    (CorrectionState.RETURNED.value, _("Returned")),
    (CorrectionState.ACCEPTED.value, _("Accepted, to be corrected")),
    (CorrectionState.REJECTED.value, _("Rejected")),
    (CorrectionState.CORRECTED.value, _("Corrected")),
]


class Remark(models.Model):
    """What somebody wrote about a record, with a file if there is one; seen by whoever sees the record.

    Whose the record was is kept beside it for the wall of the data base: everybody's, of one or two dealers,
    or of a unit.
    """

    target_label = models.CharField(max_length=100)
    target_id = models.BigIntegerField()
    everyone = models.BooleanField(default=False)
    dealer = models.ForeignKey(
        "dealers.Dealer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    partner = models.ForeignKey(
        "dealers.Dealer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "dealers.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    text = models.TextField(_("text"), blank=True)
    file = models.ForeignKey("core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_label = models.CharField(_("written by"), max_length=150)
    for_label = models.CharField(_("on behalf of"), max_length=150, blank=True)
    written_at = models.DateTimeField(_("written at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        indexes = [
            models.Index(fields=["target_label", "target_id", "-written_at"], name="remark_target"),
        ]

    def __str__(self) -> str:
        return f"{self.author_label}: {self.text[:60]}"


class SavedFilter(models.Model):
    """A filter of a list page that one person keeps under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    page = models.CharField(_("page"), max_length=200)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="savedfilter_name")]

    def __str__(self) -> str:
        return self.name


class Correction(models.Model):
    """A dealer asks headquarters to correct a fact it delivered: what is wrong, what is right, the proof."""

    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT, related_name="+", db_index=False)
    target_label = models.CharField(max_length=100)
    target_id = models.BigIntegerField()
    target_text = models.CharField(_("about"), max_length=200)
    url = models.CharField(max_length=300, blank=True)
    wrong = models.TextField(_("what is wrong"))
    right = models.TextField(_("what is right"))
    file = models.ForeignKey("core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=10, choices=CORRECTION_STATES, default=CorrectionState.ASKED.value
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_label = models.CharField(_("asked by"), max_length=320)
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("correction request")
        verbose_name_plural = _("correction requests")
        indexes = [
            models.Index(fields=["dealer", "-asked_at"], name="correction_dealer"),
            models.Index(fields=["-asked_at", "-id"], name="correction_newest"),
            models.Index(fields=["target_label", "target_id"], name="correction_target"),
        ]

    def __str__(self) -> str:
        return self.target_text
