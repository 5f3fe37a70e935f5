from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.kit import formats
from apps.health.rules import Scorecard, read_scorecard
from apps.kernel.scoring import ScoringError
from apps.metrics.models import unknown_kpis

GRADES = [("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")]


class ScorecardVersion(models.Model):
    """A version of the health scorecard; a month is scored by the version in force at its end."""

    code = models.CharField(_("code"), max_length=40, default="default")
    version = models.PositiveSmallIntegerField(_("version"))
    label_zh = models.CharField(_("name (Chinese)"), max_length=60)
    label_en = models.CharField(_("name (English)"), max_length=60)
    spec = models.JSONField(_("dimensions, KPIs and weights"))
    effective_from = models.DateField(_("effective from"))

    class Meta:
        verbose_name = _("scorecard version")
        verbose_name_plural = _("scorecard versions")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scorecardversion_once"),
            models.UniqueConstraint(fields=["code", "effective_from"], name="scorecardversion_effective"),
        ]

    def __str__(self) -> str:
        return f"{formats.label_of(self)} v{self.version}"

    def clean(self) -> None:
        try:
            scorecard = self.scorecard
        except (KeyError, TypeError, ArithmeticError, ScoringError) as error:
            raise ValidationError({"spec": _("Not a scorecard: %(error)s") % {"error": error}}) from error
        unknown = unknown_kpis(scorecard.kpis)
        if unknown:
            raise ValidationError({"spec": _("Unknown KPIs: %(codes)s") % {"codes": ", ".join(unknown)}})
        if self.in_use:
            raise ValidationError(_("Results refer to this version. Add a new version instead."))

    @property
    def in_use(self) -> bool:
        """Whether a score was made by this version, so that it must stay as it is."""
        return self.pk is not None and self.healthscore_set.exists()

    @property
    def scorecard(self) -> Scorecard:
        """The version as the pure rules read it."""
        return read_scorecard(self.code, self.version, self.spec)


class HealthScore(models.Model):
    """The health score of a dealer in a month, in one revision, with the trace of every point."""

    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT)
    period = models.DateField(_("month"))
    revision = models.PositiveSmallIntegerField()
    scorecard = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT)
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2, null=True)
    coverage = models.DecimalField(_("coverage"), max_digits=12, decimal_places=6)
    grade = models.CharField(_("grade"), max_length=1, blank=True, choices=GRADES)
    rank = models.PositiveIntegerField(_("rank"), null=True)
    ranked = models.PositiveIntegerField(null=True)
    trace = models.JSONField()

    class Meta:
        verbose_name = _("health score")
        verbose_name_plural = _("health scores")
        constraints = [
            models.UniqueConstraint(fields=["period", "revision", "dealer"], name="healthscore_once")
        ]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.score}"
