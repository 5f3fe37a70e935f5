from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.work.rules.states import ApprovalState, Verdict

APPROVAL_STATES = [
    (ApprovalState.WAITING.value, _("Waits for a decision")),
    (ApprovalState.APPROVED.value, _("Approved")),
    (ApprovalState.RETURNED.value, _("Returned")),
    (ApprovalState.REJECTED.value, _("Rejected")),
    (ApprovalState.WITHDRAWN.value, _("Withdrawn")),
]
VERDICTS = [
    (Verdict.APPROVE.value, _("Approved")),
    (Verdict.ENDORSE.value, _("Supported, passed on")),
    (Verdict.RETURN.value, _("Returned")),
    (Verdict.REJECT.value, _("Rejected")),
    (Verdict.WITHDRAW.value, _("Withdrawn")),
]


class Approval(models.Model):
    """A thing somebody asked others to decide; who decides is whoever holds the level at the place now.

    `level` is the role asked at this moment. What a dealer asked for is `shared` with the dealer's people;
    what the maker asks about a dealer is not.
    """

    flow = models.CharField(_("kind"), max_length=60)
    target_label = models.CharField(max_length=100)
    target_id = models.BigIntegerField()
    target_text = models.CharField(_("about"), max_length=200)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    url = models.CharField(max_length=300, blank=True)
    dealer = models.ForeignKey(
        "dealers.Dealer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "dealers.OrgUnit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    amount = models.DecimalField(_("amount (¥)"), max_digits=18, decimal_places=2, null=True)
    shared = models.BooleanField(default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_for_id = models.BigIntegerField(null=True)
    asked_label = models.CharField(_("asked by"), max_length=320)
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(
        _("state"), max_length=10, choices=APPROVAL_STATES, default=ApprovalState.WAITING.value
    )
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    level = models.CharField(_("decides"), max_length=30, choices=role_names.CHOICES)
    due_at = models.DateTimeField(_("due"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "target_label", "target_id"],
                name="approval_one_waiting",
                condition=Q(state="waiting"),
            ),
            models.CheckConstraint(
                condition=Q(dealer__isnull=False) | Q(unit__isnull=False), name="approval_somewhere"
            ),
        ]
        indexes = [
            models.Index(fields=["level", "due_at"], name="approval_waiting", condition=Q(state="waiting")),
            models.Index(fields=["target_label", "target_id"], name="approval_target"),
            models.Index(fields=["dealer"], name="approval_dealer"),
            models.Index(fields=["unit"], name="approval_unit"),
        ]

    def __str__(self) -> str:
        return self.target_text


class ApprovalDecision(models.Model):
    """What somebody decided at a step, for whom if as a stand-in, and by when it had been due."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    step = models.PositiveSmallIntegerField(_("step"))
    level = models.CharField(_("level"), max_length=30, choices=role_names.CHOICES)
    verdict = models.CharField(_("decision"), max_length=10, choices=VERDICTS)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_label = models.CharField(_("decided by"), max_length=150)
    for_label = models.CharField(_("on behalf of"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided at"))
    due_at = models.DateTimeField(_("had been due"), null=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [models.Index(fields=["decided_by", "-decided_at"], name="decision_mine")]

    def __str__(self) -> str:
        return f"{self.by_label} {self.verdict}"
