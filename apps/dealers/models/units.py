from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.dealers.models.histories import one_a_day
from apps.dealers.models.places import Division
from apps.dealers.rules import UnitKind

UNIT_KINDS = [
    (UnitKind.HQ, _("Headquarters")),
    (UnitKind.REGION, _("Region")),
    (UnitKind.PROVINCE, _("Province")),
    (UnitKind.AREA, _("Area")),
]


class OrgUnit(models.Model):
    """A unit of the maker's field organisation.

    `parent` and `path` (`/1/4/9/`, ending with its own id) are today's; `valid_to` is the first day without
    the unit. `division` is the province a province unit stands for.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(pgettext_lazy("organisation", "kind"), max_length=10, choices=UNIT_KINDS)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=200, unique=True)
    division = models.ForeignKey(
        Division,
        verbose_name=_("province"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("organisation unit")
        verbose_name_plural = _("organisation units")

    def __str__(self) -> str:
        return self.name


class UnitPlacement(models.Model):
    """Under which unit a unit stood: from `valid_from` up to, but not on, `valid_to`; one row a day."""

    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="placements")
    parent = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        verbose_name = _("unit placement")
        verbose_name_plural = _("unit placements")
        constraints = [one_a_day("unitplacement_one_a_day", "unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} → {self.parent_id}"
