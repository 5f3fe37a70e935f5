from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import role_names
from apps.core.kit.formats import label_of
from apps.engagement.rules import ContestState, Subject

SUBJECTS = [
    (Subject.PERSON, _("People against people")),
    (Subject.DEALER, _("Stores against stores")),
]
CONTEST_STATES = [
    (ContestState.RUNNING, _("Under way")),
    (ContestState.ENDED, _("Over")),
]


class Contest(models.Model):
    """A contest between people or stores: what counts, from when to when, who takes part, what is won.

    `prizes` is a list of [from place, to place, points]; `measure` is "points", "cars" or a flow measure.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    label_zh = models.CharField(_("name (Chinese)"), max_length=100)
    label_en = models.CharField(_("name (English)"), max_length=100)
    subject = models.CharField(_("who competes"), max_length=10, choices=SUBJECTS)
    measure = models.CharField(_("what counts"), max_length=60)
    roles = ArrayField(
        models.CharField(max_length=30, choices=role_names.CHOICES), verbose_name=_("for the posts")
    )
    unit = models.ForeignKey(
        "dealers.OrgUnit",
        verbose_name=_("organisation unit"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    prizes = models.JSONField(_("prizes"), default=list)
    state = models.CharField(
        _("status"), max_length=10, choices=CONTEST_STATES, default=ContestState.RUNNING.value
    )
    computed_at = models.DateTimeField(_("computed at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("contest")
        verbose_name_plural = _("contests")
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="contest_days")]

    def __str__(self) -> str:
        return label_of(self)


class ContestPlace(models.Model):
    """What a person or store reached in a contest and its place; frozen once the contest ended."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="places", db_index=False)
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    # as they were named when the place was counted: a store does not read the file of another one
    name = models.CharField(_("name"), max_length=200)
    dealer_code = models.CharField(_("dealer code"), max_length=60)
    dealer_name = models.CharField(_("dealer"), max_length=200)
    value = models.DecimalField(_("result"), max_digits=16, decimal_places=2)
    place = models.PositiveIntegerField(_("place"))
    prize = models.PositiveIntegerField(_("prize (points)"), default=0)

    class Meta:
        verbose_name = _("place in a contest")
        verbose_name_plural = _("places in contests")
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "dealer", "person"], name="contestplace_once", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(fields=["contest", "place", "id"], name="contestplace_order"),
            models.Index(fields=["dealer", "contest"], name="contestplace_dealer"),
        ]

    def __str__(self) -> str:
        return f"{self.place} · {self.name}"
