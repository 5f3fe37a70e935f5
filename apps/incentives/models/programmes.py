from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core.kit import formats
from apps.incentives.rules.catalogue import TYPES


def type_choices() -> list[tuple[str, str]]:
    """The rebate types that can be chosen, in the language of the reader."""
    english = (get_language() or "").startswith("en")
    return [(found.code, found.label_en if english else found.label_zh) for found in TYPES.values()]


class Programme(models.Model):
    """A rebate programme; what it pays stands in its versions."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    label_zh = models.CharField(_("name (Chinese)"), max_length=80)
    label_en = models.CharField(_("name (English)"), max_length=80)

    class Meta:
        verbose_name = _("rebate programme")
        verbose_name_plural = _("rebate programmes")

    def __str__(self) -> str:
        return formats.label_of(self)


class ProgrammeVersion(models.Model):
    """The parameters of a programme from a quarter on; never edited once a settlement refers to it."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField(_("version"))
    type = models.CharField(_("type"), max_length=40, choices=type_choices)
    params = models.JSONField(_("parameters"))
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to"), null=True, blank=True)

    class Meta:
        verbose_name = _("version of a rebate programme")
        verbose_name_plural = _("versions of rebate programmes")
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="programmeversion_once"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=models.F("effective_from")),
                name="programmeversion_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} v{self.version}"

    def clean(self) -> None:
        try:
            TYPES[self.type].read(self.params)
        except ValueError as error:
            raise ValidationError({"params": str(error)}) from error
        if self.pk and self.settlement_set.exists():
            raise ValidationError(_("Settlements refer to this version. Add a new version instead."))
