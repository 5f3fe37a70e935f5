"""What is true of a vehicle in stock for a while: flags, certificate, place, loan."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.inventory.models.units import StockUnit
from apps.inventory.rules import CertificateStatus, MarkKind

MARK_KINDS = [
    (MarkKind.STOP_SALE, _("Stop sale")),
    (MarkKind.TEST_DRIVE, _("Test-drive car")),
    (MarkKind.DISPLAY, _("Display car")),
    (MarkKind.CERTIFICATE, _("Certificate")),
    (MarkKind.LOCATION, _("Location")),
]
CERTIFICATES = [
    (CertificateStatus.DEALER, _("At the dealer")),
    (CertificateStatus.BANK, _("At the bank")),
    (CertificateStatus.MISSING, _("Missing")),
]


class UnitMark(models.Model):
    """A fact about a vehicle in stock from one day up to (not including) another; open while it holds.

    One of a kind at a time. `value` is the status of a certificate or the name of a place.
    """

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        StockUnit,
        verbose_name=_("vehicle in stock"),
        on_delete=models.PROTECT,
        related_name="marks",
        db_constraint=False,
    )
    kind = models.CharField(_("kind of mark"), max_length=12, choices=MARK_KINDS)
    value = models.CharField(_("what"), max_length=100, blank=True, db_default="")
    reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True)
    set_at = models.DateTimeField(_("set at"))
    set_by = models.CharField(_("set by"), max_length=150)
    ended_by = models.CharField(_("ended by"), max_length=150, blank=True, db_default="")

    class Meta:
        verbose_name = _("fact about a vehicle in stock")
        verbose_name_plural = _("facts about vehicles in stock")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind"], name="unitmark_once", condition=Q(valid_to__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="unitmark_order"
            ),
            SameDealer(parent="unit", name="unitmark_unit_own"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown}".strip()

    @property
    def shown(self) -> str:
        """The value in words."""
        return str(dict(CERTIFICATES).get(self.value, self.value))  # type: ignore[call-overload]


class FloorPlanLoan(models.Model):
    """Money a lender gave for one vehicle in stock; interest runs after the free days. Source: I-10."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        StockUnit,
        verbose_name=_("vehicle in stock"),
        on_delete=models.PROTECT,
        related_name="loans",
        db_constraint=False,
    )
    lender = models.CharField(_("lender"), max_length=100)
    number = models.CharField(_("contract number"), max_length=100)
    principal_amount = models.DecimalField(_("principal"), max_digits=18, decimal_places=2)
    annual_rate = models.DecimalField(_("rate a year"), max_digits=8, decimal_places=6)
    free_days = models.PositiveSmallIntegerField(_("days free of interest"), default=0)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("repaid on"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("floor-plan loan")
        verbose_name_plural = _("floor-plan loans")
        constraints = [
            models.UniqueConstraint(fields=["unit", "lender", "number"], name="floorplanloan_once"),
            models.CheckConstraint(
                condition=Q(principal_amount__gt=0, annual_rate__gte=0, annual_rate__lt=1),
                name="floorplanloan_sound",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="floorplanloan_order",
            ),
            SameDealer(parent="unit", name="floorplanloan_unit_own"),
        ]

    def __str__(self) -> str:
        return f"{self.lender} {self.number}"
