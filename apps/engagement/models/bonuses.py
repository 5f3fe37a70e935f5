from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.engagement.rules import BonusState

BONUS_STATES = [
    (BonusState.PROPOSED, _("Waits for the person's signature")),
    (BonusState.OBJECTED, _("Objected to")),
    (BonusState.SIGNED, _("Signed by both, in review")),
    (BonusState.APPROVED, _("Approved")),
    (BonusState.RETURNED, _("Returned to the proposer")),
]


def _yuan(label: object, **options: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)  # type: ignore[arg-type]


class Bonus(models.Model):
    """The bonus of a person of the field for a month: proposed, signed by both, reviewed, approved.

    bonus = base + extra − deducted. Source: domain.md 9.3 (3rd both sign, 8th, 10th, 11th, 12th).
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    unit = models.ForeignKey(
        "dealers.OrgUnit", verbose_name=_("organisation unit"), on_delete=models.PROTECT, related_name="+"
    )
    month = models.DateField(_("month"))
    score = models.DecimalField(_("appraisal (0 to 100)"), max_digits=5, decimal_places=2)
    base = _yuan(_("bonus base (¥)"))
    extra = _yuan(_("extra (¥)"), default=Decimal(0))
    deducted = _yuan(_("deducted (¥)"), default=Decimal(0))
    amount = _yuan(_("bonus (¥)"))
    basis = models.CharField(_("basis"), max_length=500)
    state = models.CharField(
        _("status"), max_length=10, choices=BONUS_STATES, default=BonusState.PROPOSED.value
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    signed_at = models.DateTimeField(_("signed at"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True, db_default="")
    remark = models.CharField(_("objection or answer"), max_length=500, blank=True, db_default="")

    class Meta:
        verbose_name = _("bonus of a person")
        verbose_name_plural = _("bonuses of people")
        constraints = [
            models.UniqueConstraint(fields=["person", "month"], name="bonus_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="bonus_first_day"),
            models.CheckConstraint(
                condition=Q(amount=F("base") + F("extra") - F("deducted"), amount__gte=0), name="bonus_sum"
            ),
        ]
        indexes = [models.Index(fields=["-month", "-id"], name="bonus_newest")]

    def __str__(self) -> str:
        return f"{self.person} · {self.month:%Y-%m}"
