from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.inventory.rules import MovementKind, ProposalState
from apps.vehicles.facts import LONGEST_VIN, Fact, same_dealer, vin_indexes

MOVEMENT_KINDS = [
    (MovementKind.OPENING, _("Opening stock")),
    (MovementKind.RECEIPT, _("Receipt")),
    (MovementKind.TRANSFER_IN, _("Transfer in")),
    (MovementKind.RETAIL, _("Retail")),
    (MovementKind.WHOLESALE_OUT, _("Wholesale out")),
    (MovementKind.TRANSFER_OUT, _("Transfer out")),
    (MovementKind.ADJUSTMENT, _("Adjustment")),
]
PROPOSAL_STATES = [
    (ProposalState.PROPOSED, _("Waiting for an answer")),
    (ProposalState.ACCEPTED, _("Accepted")),
    (ProposalState.DECLINED, _("Declined")),
    (ProposalState.WITHDRAWN, _("Withdrawn")),
]


def age_on(day: date, received: str) -> Func:
    """Days from a date field to a day, as an expression."""
    return Func(
        Value(day, output_field=models.DateField()),
        F(received),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=models.IntegerField(),
    )


class StockUnit(models.Model):
    """One stay of a vehicle at a dealer, from its receipt on.

    What it says of the car is fixed; `gone_on` and `gone_period` follow from its movements and are kept by
    the database: the day it left, and the month after which nothing of it counts any more.
    """

    dealer = models.ForeignKey(  # found by stockunit_gone
        "dealers.Dealer",
        verbose_name=_("dealer"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("external number"), max_length=200)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, db_default=1)
    vin = models.CharField("VIN", max_length=LONGEST_VIN, blank=True, db_default="")
    vehicle = models.ForeignKey(
        "vehicles.Vehicle", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    model = models.ForeignKey(
        "vehicles.CarModel",
        verbose_name=_("model"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    model_text = models.CharField(_("model as written"), max_length=200, blank=True, db_default="")
    trim_text = models.CharField(_("trim as written"), max_length=200, blank=True, db_default="")
    colour = models.CharField(_("colour"), max_length=60, blank=True, db_default="")
    received_on = models.DateField(_("received on"))
    produced_on = models.DateField(_("produced on"), null=True)
    cost_amount = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    gone_on = models.DateField(_("gone on"), null=True)
    gone_period = models.DateField(null=True)

    class Meta:
        verbose_name = _("vehicle in stock")
        verbose_name_plural = _("vehicles in stock")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id", "revision"], name="stockunit_identity"),
            # lets movements and transfers name a unit together with its dealer
            models.UniqueConstraint(fields=["id", "dealer"], name="stockunit_dealer"),
            models.CheckConstraint(
                condition=Q(gone_on__isnull=True) | Q(gone_on__gte=F("received_on")), name="stockunit_order"
            ),
            models.CheckConstraint(
                condition=Q(cost_amount__isnull=True) | Q(cost_amount__gte=0), name="stockunit_cost"
            ),
        ]
        indexes = [
            # what is in stock now, by dealer and age
            models.Index(
                fields=["dealer", "received_on"], name="stockunit_here", condition=Q(gone_on__isnull=True)
            ),
            # what was in stock on a day
            models.Index(fields=["dealer", "gone_on", "received_on"], name="stockunit_gone"),
            models.Index(fields=["-received_on", "-id"], name="stockunit_newest"),
            *vin_indexes("stockunit"),
            models.Index(fields=["batch"], name="stockunit_batch", condition=Q(batch__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.vin or self.external_id


class StockMovement(Fact):
    """A vehicle came (+1) or went (−1); the sum of a dealer's movements is its stock."""

    unit = models.ForeignKey(
        StockUnit, on_delete=models.PROTECT, related_name="movements", db_constraint=False
    )  # held by stockmovement_same_dealer
    kind = models.CharField(_("kind"), max_length=20, choices=MOVEMENT_KINDS)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "revision"], name="stockmovement_identity"
            ),
            *same_dealer("stockmovement"),
            SameDealer(parent="unit", name="stockmovement_same_dealer"),
            models.CheckConstraint(condition=Q(quantity__in=[1, -1]), name="stockmovement_quantity"),
            models.CheckConstraint(condition=Q(period__day=1), name="stockmovement_first_day"),
        ]
        indexes = [
            # the flows of a month
            models.Index(fields=["period", "dealer", "kind"], name="stockmovement_period"),
            models.Index(fields=["dealer", "-occurred_on", "-id"], name="stockmovement_dealer"),
            models.Index(fields=["-occurred_on", "-id"], name="stockmovement_newest"),
            models.Index(fields=["batch"], name="stockmovement_batch", condition=Q(batch__isnull=False)),
            models.Index(
                fields=["reverses"], name="stockmovement_reverses", condition=Q(reverses__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.unit} · {self.occurred_on}"


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
    """A vehicle a dealer offers to another; it moves when the other accepts.

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
                fields=["unit"], name="transferproposal_open", condition=Q(state=ProposalState.PROPOSED)
            ),
            models.CheckConstraint(
                condition=~Q(from_dealer=F("to_dealer")), name="transferproposal_two_dealers"
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

    def __str__(self) -> str:
        return f"{self.vehicle_text} · {self.from_label} → {self.to_label}"


class StockDeclaration(models.Model):
    """A dealer's own month-end count that agreed with the book, with the lines it was declared with."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    period = models.DateField(_("month"))
    end_units = models.PositiveIntegerField(_("month-end stock"))
    lines = models.JSONField(default=dict)
    declared_at = models.DateTimeField(_("declared at"))
    declared_by = models.CharField(_("declared by"), max_length=150)

    class Meta:
        verbose_name = _("stock declaration")
        verbose_name_plural = _("stock declarations")
        constraints = [
            models.UniqueConstraint(fields=["dealer", "period"], name="stockdeclaration_once"),
            models.CheckConstraint(condition=Q(period__day=1), name="stockdeclaration_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.dealer} {self.period:%Y-%m}"
