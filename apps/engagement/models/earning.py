from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.core.constraints import SameDealer
from apps.core.kit.formats import label_of


class EarnRule(models.Model):
    """One dated version of a rule: which event brings people in which posts how many points.

    The newest version whose `effective_from` is not after the day of the event decides; a version that is
    not `active` ends the rule.
    """

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    label_zh = models.CharField(_("name (Chinese)"), max_length=100)
    label_en = models.CharField(_("name (English)"), max_length=100)
    event = models.CharField(_("event"), max_length=40)
    roles = ArrayField(
        models.CharField(max_length=30, choices=role_names.CHOICES), verbose_name=_("for the posts")
    )
    points = models.DecimalField(_("points for each"), max_digits=8, decimal_places=2)
    factor = models.DecimalField(_("campaign factor"), max_digits=5, decimal_places=2, default=1)
    day_cap = models.PositiveIntegerField(_("at most in a day"), null=True)
    month_cap = models.PositiveIntegerField(_("at most in a month"), null=True)
    valid_months = models.PositiveSmallIntegerField(_("usable for (months)"), default=24)
    effective_from = models.DateField(_("effective from"))
    active = models.BooleanField(_("active"), default=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("earn rule")
        verbose_name_plural = _("earn rules")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="earnrule_version"),
            models.UniqueConstraint(fields=["code", "effective_from"], name="earnrule_day"),
            models.CheckConstraint(condition=Q(points__gt=0, factor__gt=0), name="earnrule_points"),
            models.CheckConstraint(condition=Q(valid_months__range=(1, 120)), name="earnrule_months"),
        ]

    def __str__(self) -> str:
        return f"{label_of(self)} · v{self.version}"


class SaleCredit(models.Model):
    """Who sold a delivered car, as the store names it, once."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    delivery = models.OneToOneField(
        "sales.RetailDelivery", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("seller"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("seller of a car")
        verbose_name_plural = _("sellers of cars")
        constraints = [SameDealer(parent="delivery", name="salecredit_delivery_own")]
        indexes = [models.Index(fields=["dealer", "-id"], name="salecredit_dealer")]

    def __str__(self) -> str:
        return f"{self.person} · {self.delivery}"


class Earning(models.Model):
    """What an event brought a person under a rule; taken back while the event does not stand.

    `turn` counts how often it was granted; `points` of 0 tells that a cap was reached.
    """

    rule = models.ForeignKey(EarnRule, verbose_name=_("rule"), on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    place = models.CharField(_("dealer"), max_length=200)
    happened_on = models.DateField(_("date"))
    units = models.PositiveIntegerField(_("units"))
    points = models.DecimalField(_("points"), max_digits=10, decimal_places=0)
    stands = models.BooleanField(default=True)
    turn = models.PositiveSmallIntegerField(default=1)
    entry = models.ForeignKey(
        "ledger.Entry", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("points earned")
        verbose_name_plural = _("points earned")
        constraints = [
            models.UniqueConstraint(fields=["code", "key", "person"], name="earning_once"),
        ]
        indexes = [
            # what somebody earned under a rule in a month, and a person's list
            models.Index(fields=["person", "code", "happened_on"], name="earning_person"),
            models.Index(fields=["-happened_on", "-id"], name="earning_newest"),
            # whether the events still stand
            models.Index(fields=["key"], name="earning_key"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.person} · {self.points}"
