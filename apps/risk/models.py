from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.risk.rules import DecisionState, RetailVerdict

VERDICTS = [
    (RetailVerdict.FALSE_RETAIL, _("False retail")),
    (RetailVerdict.CUSTOMER_DATA, _("Wrong customer data")),
    (RetailVerdict.CLEARED, _("Genuine")),
]
DECISION_STATES = [
    (DecisionState.PROPOSED, _("Waits for a second person")),
    (DecisionState.DECIDED, _("Decided by two")),
    (DecisionState.TURNED_DOWN, _("Turned down")),
]


class RetailDecision(models.Model):
    """What two people decided about a reported sale: false or genuine, on what grounds.

    The newest decided one of a delivery holds. It says what is true; what follows from it for money is said
    by the policies that read it.
    """

    dealer = models.ForeignKey(  # found by the index that begins with it
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    delivery = models.ForeignKey(
        "sales.RetailDelivery", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    verdict = models.CharField(_("verdict"), max_length=20, choices=VERDICTS)
    reason = models.TextField(_("grounds"))
    file = models.ForeignKey(
        "core.StoredFile", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(
        _("state"), max_length=12, choices=DECISION_STATES, default=DecisionState.PROPOSED.value
    )
    proposed_by = models.CharField(_("proposed by"), max_length=320)
    proposed_by_id = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(_("decided by"), max_length=320, blank=True, db_default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.TextField(_("answer"), blank=True, db_default="")

    class Meta:
        verbose_name = _("decision about a sale")
        verbose_name_plural = _("decisions about sales")
        constraints = [
            SameDealer(parent="delivery", name="retaildecision_delivery_own"),
            # one question about a sale at a time
            models.UniqueConstraint(
                fields=["delivery"], condition=Q(state="proposed"), name="retaildecision_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_at__isnull=False)),
                name="retaildecision_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["dealer", "-proposed_at"], name="retaildecision_dealer"),
            models.Index(fields=["-proposed_at", "-id"], name="retaildecision_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} · {self.delivery.vin or self.delivery.external_id}"
