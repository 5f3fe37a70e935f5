from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.dealers.rules import CityTier

CITY_TIERS = [
    (CityTier.FIRST, _("First tier")),
    (CityTier.SECOND, _("Second tier")),
    (CityTier.THIRD, _("Third tier")),
    (CityTier.OTHER, _("Other city")),
]


class Division(models.Model):
    """An administrative division of China; `code` is the official one, `level` 1 province, 2 city, 3 county.

    `name` is what people say; `official_name` is kept where it differs. `tier` is set for cities only.
    """

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    level = models.PositiveSmallIntegerField(_("level"))
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    official_name = models.CharField(_("official name"), max_length=60, blank=True)
    tier = models.CharField(_("city tier"), max_length=10, choices=CITY_TIERS, blank=True)

    class Meta:
        verbose_name = _("administrative division")
        verbose_name_plural = _("administrative divisions")

    def __str__(self) -> str:
        return self.name


class FormerPlace(models.Model):
    """A place name of the past, so that lists written with it still find the division of today."""

    name = models.CharField(_("name"), max_length=60)
    province = models.ForeignKey(
        Division, verbose_name=_("province"), on_delete=models.PROTECT, related_name="+"
    )
    current = models.ForeignKey(
        Division, verbose_name=_("division of today"), on_delete=models.PROTECT, related_name="+"
    )
    since = models.PositiveSmallIntegerField(_("year of the change"))

    class Meta:
        verbose_name = _("former place name")
        verbose_name_plural = _("former place names")
        constraints = [models.UniqueConstraint(fields=["province", "name"], name="formerplace_name")]

    def __str__(self) -> str:
        return self.name
