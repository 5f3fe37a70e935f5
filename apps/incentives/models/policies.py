from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.kit import formats
from apps.incentives.rules import document as documents
from apps.incentives.rules.document import PolicyDocument
from apps.incentives.rules.lifecycle import OPEN, PUBLIC, VersionState

STATES = [
    (VersionState.DRAFT.value, _("Draft")),
    (VersionState.TESTED.value, _("Back-tested")),
    (VersionState.COMPLIANT.value, _("Compliance passed")),
    (VersionState.APPROVING.value, _("In countersigning")),
    (VersionState.APPROVED.value, _("Countersigned")),
    (VersionState.PUBLISHED.value, _("Published")),
    (VersionState.REPLACED.value, _("Replaced")),
    (VersionState.ENDED.value, _("Terminated")),
    (VersionState.DISCARDED.value, _("Discarded")),
]
_OPEN = sorted(state.value for state in OPEN)
_PUBLIC = sorted(state.value for state in PUBLIC)


class Policy(models.Model):
    """A commercial policy 商务政策; what it says stands in its versions."""

    code = models.CharField(_("policy code"), max_length=40, unique=True)
    label_zh = models.CharField(_("name (Chinese)"), max_length=80)
    label_en = models.CharField(_("name (English)"), max_length=80)

    class Meta:
        verbose_name = _("commercial policy")
        verbose_name_plural = _("commercial policies")

    def __str__(self) -> str:
        return formats.label_of(self)


class PolicyVersion(models.Model):
    """One version of a policy: its document as canonical JSON, frozen by the data base once published.

    `sha256` is that of the document; back-tests, waivers and approvals are bound to it. Days are inclusive.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=VersionState.DRAFT.value)
    document = models.JSONField(_("document"))
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField(_("effective from"), null=True)
    effective_to = models.DateField(_("effective to"), null=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    published_on = models.DateField(null=True)
    published_label = models.CharField(_("published by"), max_length=150, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    author_label = models.CharField(_("drafted by"), max_length=150, blank=True)
    predecessor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("last saved"), null=True)

    class Meta:
        verbose_name = _("version of a commercial policy")
        verbose_name_plural = _("versions of commercial policies")
        constraints = [
            models.UniqueConstraint(fields=["policy", "version"], name="policyversion_once"),
            models.UniqueConstraint(
                fields=["policy"], name="policyversion_one_open", condition=Q(state__in=_OPEN)
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from") - 1),
                name="policyversion_order",
            ),
            models.CheckConstraint(  # announced before it holds. Source: domain.md §6.1, legal frame
                condition=~Q(state__in=_PUBLIC) | Q(published_on__lte=F("effective_from")),
                name="policyversion_announced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} v{self.version}"

    @cached_property
    def read(self) -> PolicyDocument:
        """The document as the rules read it; DocumentError while a draft is incomplete."""
        return documents.read(self.document)

    @property
    def is_public(self) -> bool:
        """Whether it was published."""
        return self.state in PUBLIC


class PolicyReceipt(models.Model):
    """That a published version was sent to a dealer, and who of the dealer confirmed reading it."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="receipts")
    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent at"))
    read_at = models.DateTimeField(_("read at"), null=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    read_label = models.CharField(_("read by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("policy receipt")
        verbose_name_plural = _("policy receipts")
        constraints = [models.UniqueConstraint(fields=["version", "dealer"], name="policyreceipt_once")]

    def __str__(self) -> str:
        return f"{self.version} → {self.dealer}"


class BackTest(models.Model):
    """A replay of a draft on closed months; evidence for the document with this `sha256` only."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="back_tests")
    sha256 = models.CharField(max_length=64)
    document = models.JSONField()
    compared = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    first_month = models.DateField(_("from month"))
    last_month = models.DateField(_("to month"))
    windows = models.PositiveSmallIntegerField(_("terms"))
    windows_done = models.PositiveSmallIntegerField(default=0)
    asked_label = models.CharField(_("started by"), max_length=150)
    asked_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("back-test")
        verbose_name_plural = _("back-tests")
        indexes = [models.Index(fields=["version", "-asked_at"], name="backtest_latest")]

    def __str__(self) -> str:
        return f"{self.version} {self.first_month:%Y-%m} – {self.last_month:%Y-%m}"


class BackTestRow(models.Model):
    """What the draft, and the version it is compared with, come to for a dealer in one term."""

    run = models.ForeignKey(  # found by backtestrow_once
        BackTest, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    dealer = models.ForeignKey("dealers.Dealer", on_delete=models.PROTECT, related_name="+")
    window_first = models.DateField(_("from"))
    window_last = models.DateField(_("to"))
    units = models.DecimalField(_("units"), max_digits=14, decimal_places=6, null=True)
    achievement = models.DecimalField(_("achievement"), max_digits=18, decimal_places=6, null=True)
    amount = models.DecimalField(_("draft (¥)"), max_digits=18, decimal_places=2, null=True)
    reason = models.CharField(max_length=200, blank=True)
    compared_amount = models.DecimalField(_("compared (¥)"), max_digits=18, decimal_places=2, null=True)
    compared_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("result of a back-test")
        verbose_name_plural = _("results of back-tests")
        constraints = [
            models.UniqueConstraint(fields=["run", "dealer", "window_first"], name="backtestrow_once")
        ]

    def __str__(self) -> str:
        return f"{self.dealer_id} {self.amount}"


class ComplianceRule(models.Model):
    """A rule of the compliance guard as the company applies it: how grave, and the article it cites."""

    LEVELS = (("red", _("Red: stops publication")), ("amber", _("Amber: to be looked at")))

    code = models.CharField(_("code"), max_length=40, unique=True)
    level = models.CharField(_("level"), max_length=5, choices=LEVELS)
    article_zh = models.CharField(_("legal source (Chinese)"), max_length=300)
    article_en = models.CharField(_("legal source (English)"), max_length=300)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("compliance rule")
        verbose_name_plural = _("compliance rules")

    def __str__(self) -> str:
        return self.code


class ComplianceWaiver(models.Model):
    """Legal's signature under a red finding of one document, with the reason."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="waivers")
    sha256 = models.CharField(max_length=64)
    finding = models.CharField(_("finding"), max_length=160)
    reason = models.CharField(_("reason"), max_length=1000)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_label = models.CharField(_("signed by"), max_length=150)
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("compliance waiver")
        verbose_name_plural = _("compliance waivers")
        constraints = [
            models.UniqueConstraint(fields=["version", "sha256", "finding"], name="compliancewaiver_once")
        ]

    def __str__(self) -> str:
        return self.finding


class StandardText(models.Model):
    """A standard clause that stands at the end of every policy bulletin."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    text_zh = models.TextField(_("text (Chinese)"))
    text_en = models.TextField(_("text (English)"))
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("standard text")
        verbose_name_plural = _("standard texts")

    def __str__(self) -> str:
        return self.code
