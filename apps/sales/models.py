from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.sales.rules import Channel, CustomerType, EvidenceKind, ShareState
from apps.vehicles.facts import LONGEST_VIN, Fact, same_dealer, vin_indexes

CHANNELS = [
    (Channel.SHOWROOM, _("Showroom")),
    (Channel.SECOND_TIER, _("Second-tier outlet")),
    (Channel.ONLINE, _("Online")),
    (Channel.FLEET, _("Fleet")),
    (Channel.OTHER, _("Other")),
]
CUSTOMER_TYPES = [
    (CustomerType.PRIVATE, _("Private person")),
    (CustomerType.COMPANY, _("Company")),
    (CustomerType.GOVERNMENT, _("Public body")),
    (CustomerType.RENTAL, _("Rental company")),
    (CustomerType.STAFF, _("Own staff")),
]
SHARE_STATES = [
    (ShareState.OPEN, _("In full at each store")),
    (ShareState.SPLIT, _("Split")),
    (ShareState.UNEVEN, _("Shares do not add up to 1")),
]
EVIDENCE_KINDS = [
    (EvidenceKind.INVOICE, _("Motor vehicle invoice")),
    (EvidenceKind.REGISTRATION, _("Registration certificate")),
    (EvidenceKind.INSURANCE, _("Compulsory insurance policy")),
    (EvidenceKind.CUSTOMER_DATA, _("Proof of customer data")),
    (EvidenceKind.RESIDENCE, _("Proof of residence")),
    (EvidenceKind.TRADE_IN, _("Proof of trade-in or scrapping")),
    (EvidenceKind.LOAN_CONTRACT, _("Loan contract")),
    (EvidenceKind.FLEET_CONTRACT, _("Fleet contract")),
    (EvidenceKind.ACTIVITY, _("Photographs and invoices of an activity")),
    (EvidenceKind.ACCEPTANCE, _("Acceptance report of a building")),
    (EvidenceKind.TRANSFER, _("Proof of transfer")),
]


class RetailDelivery(Fact):
    """A car handed over to a customer (+1), or taken back (−1); the fact that counts as a retail sale.

    Prices are those of one car and always positive; what they add up to is quantity × price. A car that
    several stores sold together counts at each of them for its `credit`, a share above 0 and up to 1.
    """

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
    price_amount = models.DecimalField(_("transaction price"), max_digits=18, decimal_places=2, null=True)
    list_amount = models.DecimalField(_("list price"), max_digits=18, decimal_places=2, null=True)
    invoiced_on = models.DateField(_("invoiced on"), null=True)
    plated_on = models.DateField(_("plated on"), null=True)
    channel = models.CharField(_("channel"), max_length=20, choices=CHANNELS, blank=True, db_default="")
    customer_type = models.CharField(
        _("customer type"), max_length=20, choices=CUSTOMER_TYPES, blank=True, db_default=""
    )
    region_text = models.CharField(_("sales region"), max_length=100, blank=True, db_default="")
    credit = models.DecimalField(
        _("share of the car"), max_digits=7, decimal_places=6, default=Decimal(1), db_default=Decimal(1)
    )
    elsewhere = models.BooleanField(_("reported by another store before"), default=False, db_default=False)

    class Meta:
        verbose_name = _("retail delivery")
        verbose_name_plural = _("retail deliveries")
        constraints = [
            *same_dealer("retaildelivery"),
            models.UniqueConstraint(
                fields=["source", "external_id", "revision"], name="retaildelivery_identity"
            ),
            models.CheckConstraint(condition=Q(quantity__in=[1, -1]), name="retaildelivery_quantity"),
            models.CheckConstraint(condition=Q(period__day=1), name="retaildelivery_first_day"),
            models.CheckConstraint(
                condition=Q(price_amount__isnull=True) | Q(price_amount__gte=0), name="retaildelivery_price"
            ),
            models.CheckConstraint(condition=Q(credit__gt=0, credit__lte=1), name="retaildelivery_credit"),
        ]
        indexes = [
            # the measures of a month, and a dealer's list by month
            models.Index(fields=["period", "dealer"], name="retaildelivery_period"),
            models.Index(fields=["dealer", "-occurred_on", "-id"], name="retaildelivery_dealer"),
            # the whole list, newest first
            models.Index(fields=["-occurred_on", "-id"], name="retaildelivery_newest"),
            *vin_indexes("retaildelivery"),
            # withdrawing an import
            models.Index(fields=["batch"], name="retaildelivery_batch", condition=Q(batch__isnull=False)),
            # cars that several stores reported, which are few
            models.Index(fields=["vin"], name="retaildelivery_elsewhere", condition=Q(elsewhere=True)),
            # whether a delivery was taken back
            models.Index(
                fields=["reverses"], name="retaildelivery_reverses", condition=Q(reverses__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} · {self.occurred_on}"


class SaleEvidence(models.Model):
    """A document about a sold car: of which kind, issued when, known since when and from whom.

    Never changed: revision 1 says it, 2 takes it back, 3 says it again, so the newest revision of a document
    is in force when its number is odd. Of several documents of a kind the one recorded last counts.
    """

    dealer = models.ForeignKey(  # found by the indexes that begin with it
        "dealers.Dealer",
        verbose_name=_("dealer"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    vin = models.CharField("VIN", max_length=LONGEST_VIN)
    kind = models.CharField(_("kind of document"), max_length=20, choices=EVIDENCE_KINDS)
    number = models.CharField(_("document number"), max_length=80, blank=True, db_default="")
    issued_on = models.DateField(_("issued on"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, db_default=1)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    source = models.CharField(_("source"), max_length=60)
    batch = models.ForeignKey(
        "core.ImportBatch",
        verbose_name=_("import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    file = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("file"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    note = models.CharField(_("note"), max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("evidence of a sale")
        verbose_name_plural = _("evidence of sales")
        constraints = [
            models.UniqueConstraint(
                fields=["dealer", "vin", "kind", "number", "issued_on", "revision"],
                name="saleevidence_identity",
            ),
            models.CheckConstraint(condition=~Q(vin=""), name="saleevidence_of_a_car"),
        ]
        indexes = [
            # the whole list, newest first
            models.Index(fields=["-recorded_at", "-id"], name="saleevidence_newest"),
            *vin_indexes("saleevidence"),
            # withdrawing an import
            models.Index(fields=["batch"], name="saleevidence_batch", condition=Q(batch__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number or self.issued_on} · {self.vin}"

    @property
    def is_counter(self) -> bool:
        """Whether it takes a document back."""
        return self.revision % 2 == 0
