"""Vehicles go from one dealer to another, and are offered before they do."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.inventory.models.units import StockUnit
from apps.inventory.rules import OPEN_PROPOSALS, ProposalState

PROPOSAL_STATES = [
    (ProposalState.SUGGESTED, _("To be confirmed by the giver")),
    (ProposalState.PROPOSED, _("Waiting for an answer")),
    (ProposalState.AGREED, _("Agreed, to be sent")),
    (ProposalState.SHIPPED, _("On the way")),
    (ProposalState.ACCEPTED, _("Accepted")),
    (ProposalState.DECLINED, _("Declined")),
    (ProposalState.WITHDRAWN, _("Withdrawn")),
]


class Transfer(models.Model):
    """A vehicle that went from one dealer to another on a day; both see it.

    What both must know of it stands in the row itself, so neither needs to read the other's stock.
    """

    from_dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("from dealer"), on_delete=models.PROTECT, related_name="+"
    )
    to_dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("to dealer"), on_delete=models.PROTECT, related_name="+"
    )
    unit_out = models.ForeignKey(
        StockUnit, on_delete=models.PROTECT, related_name="transfers_out", db_constraint=False
    )
    unit_in = models.OneToOneField(
        StockUnit, on_delete=models.PROTECT, related_name="transfer_in", db_constraint=False
    )
    from_code = models.CharField(_("from dealer"), max_length=60)
    from_name = models.CharField(_("from dealer"), max_length=200)
    to_code = models.CharField(_("to dealer"), max_length=60)
    to_name = models.CharField(_("to dealer"), max_length=200)
    vehicle_text = models.CharField(_("vehicle"), max_length=200)
    model_text = models.CharField(_("model"), max_length=200, blank=True)
    occurred_on = models.DateField(_("date"))
    recorded_at = models.DateTimeField(_("recorded at"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_dealer=F("to_dealer")), name="transfer_between_two_dealers"
            ),
            SameDealer(parent="unit_out", dealers={"from_dealer": "dealer"}, name="transfer_unit_out_own"),
            SameDealer(parent="unit_in", dealers={"to_dealer": "dealer"}, name="transfer_unit_in_own"),
            models.UniqueConstraint(fields=["id", "from_dealer", "to_dealer"], name="transfer_dealers"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_text} · {self.occurred_on}"


class TransferProposal(models.Model):
    """A vehicle a dealer offers to another, perhaps because somebody suggested it; both sides agree.

    It stands at the giver until the taker has it: only then custody and stock change. Vehicles proposed
    together share a `lot`.
    What both must know of it stands in the row itself, so neither needs to read the other's stock.
    """

    unit = models.ForeignKey(
        StockUnit, on_delete=models.PROTECT, related_name="proposals", db_constraint=False
    )
    from_dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("from dealer"), on_delete=models.PROTECT, related_name="+"
    )
    to_dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("to dealer"), on_delete=models.PROTECT, related_name="+"
    )
    from_label = models.CharField(_("from dealer"), max_length=200)
    to_label = models.CharField(_("to dealer"), max_length=200)
    vehicle_text = models.CharField(_("vehicle"), max_length=200)
    model_text = models.CharField(_("model"), max_length=200, blank=True)
    colour = models.CharField(_("colour"), max_length=60, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=PROPOSAL_STATES, default=ProposalState.PROPOSED
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.CharField(_("proposed by"), max_length=150)
    answer_note = models.CharField(_("answer"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)
    lot = models.CharField(_("proposed together"), max_length=20, blank=True, db_default="")
    carrier = models.CharField(_("carrier"), max_length=100, blank=True, db_default="")
    shipped_on = models.DateField(_("shipped on"), null=True)
    eta_on = models.DateField(_("expected on"), null=True)
    damage_note = models.CharField(_("damage on arrival"), max_length=300, blank=True, db_default="")
    transfer = models.OneToOneField(
        Transfer,
        verbose_name=_("transfer"),
        null=True,
        on_delete=models.PROTECT,
        related_name="proposal",
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("proposed transfer")
        verbose_name_plural = _("proposed transfers")
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], name="transferproposal_open", condition=Q(state__in=sorted(OPEN_PROPOSALS))
            ),
            models.CheckConstraint(
                condition=~Q(from_dealer=F("to_dealer")), name="transferproposal_two_dealers"
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.SHIPPED) | Q(shipped_on__isnull=False),
                name="transferproposal_shipped",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.ACCEPTED) ^ Q(transfer__isnull=True),
                name="transferproposal_moved",
            ),
            SameDealer(parent="unit", dealers={"from_dealer": "dealer"}, name="transferproposal_unit_own"),
            SameDealer(
                parent="transfer",
                dealers={"from_dealer": "from_dealer", "to_dealer": "to_dealer"},
                name="transferproposal_transfer_own",
            ),
        ]
        indexes = [
            models.Index(fields=["lot"], name="transferproposal_lot", condition=~Q(lot="")),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_text} · {self.from_label} → {self.to_label}"
