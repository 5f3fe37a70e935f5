from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.dealers.models.histories import one_a_day
from apps.dealers.models.places import CITY_TIERS, Division
from apps.dealers.models.units import OrgUnit
from apps.dealers.rules import Capability, ChannelPattern, DealerStatus, PartnerType, StoreType

STATUSES = [
    (DealerStatus.PREPARING, _("In preparation")),
    (DealerStatus.ACTIVE, pgettext_lazy("dealer", "Active")),
    (DealerStatus.SUSPENDED, _("Suspended")),
    (DealerStatus.CLOSED, _("Out of business")),
    (DealerStatus.MERGED, _("Merged")),
]
STORE_TYPES = [
    (StoreType.FULL_4S, _("4S store")),
    (StoreType.CITY_SHOWROOM, _("City showroom")),
    (StoreType.SECOND_TIER, _("Second-tier outlet")),
    (StoreType.DIRECT, _("Maker-owned store")),
    (StoreType.SATELLITE, _("Satellite store")),
    (StoreType.SERVICE, _("Service store")),
]
CHANNEL_PATTERNS = [
    (ChannelPattern.DIRECT_SALE, _("Direct sale")),
    (ChannelPattern.SOLE_AGENT, _("Sole agency")),
    (ChannelPattern.FRANCHISE, _("Franchised agency")),
    (ChannelPattern.EXCLUSIVE, _("Brand exclusive")),
]
PARTNER_TYPES = [
    (PartnerType.DEALER, _("Dealer")),
    (PartnerType.AGENT, _("Agent")),
    (PartnerType.OPERATOR, _("Operator")),
]
CAPABILITIES = [
    (Capability.SALES, _("Vehicle sales")),
    (Capability.STORAGE, _("Storage and transport")),
    (Capability.PARTS, _("Parts distribution")),
    (Capability.SETTLEMENT, _("Settlement")),
    (Capability.FEEDBACK, _("Market feedback")),
    (Capability.SERVICE, _("Service support")),
    (Capability.TRAINING, _("Training and appraisal")),
    (Capability.MARKET, _("Market management")),
]


class DealerGroup(models.Model):
    """An investor or group that owns several dealers."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=150)

    class Meta:
        verbose_name = _("dealer group")
        verbose_name_plural = _("dealer groups")

    def __str__(self) -> str:
        return self.name


class Dealer(models.Model):
    """A company authorised to sell or serve; `code` is opaque and may change, `id` never does.

    `unit`, `city`, `county` and `address` repeat today's placement; `closed_on` is the first day without
    business; `version` counts changes, so that a stale form is refused.
    """

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    name_key = models.CharField(max_length=300, blank=True, editable=False)
    search_key = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    unit = models.ForeignKey(OrgUnit, verbose_name=_("organisation unit"), on_delete=models.PROTECT)
    group = models.ForeignKey(
        DealerGroup,
        verbose_name=_("dealer group"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    province = models.ForeignKey(
        Division,
        verbose_name=_("province"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    city = models.ForeignKey(
        Division,
        verbose_name=_("city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    county = models.ForeignKey(
        Division, verbose_name=_("county"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    city_tier = models.CharField(_("city tier"), max_length=10, choices=CITY_TIERS, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    store_type = models.CharField(
        _("store type"), max_length=20, choices=STORE_TYPES, default=StoreType.FULL_4S
    )
    channel_pattern = models.CharField(
        _("channel pattern"),
        max_length=20,
        choices=CHANNEL_PATTERNS,
        default=ChannelPattern.EXCLUSIVE,
    )
    partner_type = models.CharField(
        _("partner type"),
        max_length=20,
        choices=PARTNER_TYPES,
        default=PartnerType.DEALER,
    )
    capabilities = ArrayField(
        models.CharField(max_length=20, choices=CAPABILITIES),
        verbose_name=_("functions"),
        default=list,
        blank=True,
    )
    status = models.CharField(_("status"), max_length=20, choices=STATUSES, default=DealerStatus.ACTIVE)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    contract_from = models.DateField(_("contract from"), null=True, blank=True)
    contract_to = models.DateField(_("contract to"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", verbose_name=_("merged into"), null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = _("dealer")
        verbose_name_plural = _("dealers")
        constraints = [
            # a merged dealer always points to its survivor, no other one does
            models.CheckConstraint(
                condition=Q(status=DealerStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=DealerStatus.MERGED) & Q(merged_into__isnull=True)),
                name="dealer_merged_into",
            ),
            models.CheckConstraint(
                condition=Q(contract_from__isnull=True)
                | Q(contract_to__isnull=True)
                | Q(contract_from__lte=F("contract_to")),
                name="dealer_contract_order",
            ),
        ]
        indexes = [
            # sorting by name without ICU: a pinyin key
            models.Index(fields=["name_key"], name="dealer_name_key"),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class DealerCode(models.Model):
    """A code the dealer carries or carried, up to, but not on, `valid_to`; old codes still find it."""

    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=60)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("dealer code")
        verbose_name_plural = _("dealer codes")
        indexes = [models.Index(fields=["code"], name="dealercode_code")]
        constraints = [one_a_day("dealercode_one_a_day", "dealer")]

    def __str__(self) -> str:
        return self.code


class DealerPlacement(models.Model):
    """In which unit and city a dealer stood: from `valid_from` up to, but not on, `valid_to`; one row a day.

    A closed or merged dealer keeps its last placement, so that the facts of its last month count somewhere.
    """

    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="placements")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    city = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("dealer placement")
        verbose_name_plural = _("dealer placements")
        constraints = [one_a_day("dealerplacement_one_a_day", "dealer")]
        indexes = [
            # the dealers of a unit on a day
            models.Index(fields=["unit", "valid_from"], name="dealerplacement_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.dealer_id} → {self.unit_id}"


class Outlet(models.Model):
    """A place of business of a dealer: showroom, workshop, second-tier point."""

    dealer = models.ForeignKey(Dealer, on_delete=models.PROTECT, related_name="outlets")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    store_type = models.CharField(_("store type"), max_length=20, choices=STORE_TYPES)
    city = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT)
    address = models.CharField(_("address"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("outlet")
        verbose_name_plural = _("outlets")
        constraints = [
            models.UniqueConstraint(fields=["dealer", "code"], name="outlet_code"),
            # lets an activity name an outlet together with its dealer
            models.UniqueConstraint(fields=["id", "dealer"], name="outlet_dealer"),
        ]

    def __str__(self) -> str:
        return self.name
