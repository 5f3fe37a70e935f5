from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.finance.rules.kinds import StatementKind, StatementState

KINDS = [
    (StatementKind.MONTH.value, _("Monthly statement")),
    (StatementKind.QUARTER.value, _("Quarterly statement")),
    (StatementKind.YEAR.value, _("Audited annual statement")),
    (StatementKind.PLAN.value, _("Monthly plan")),
]
STATES = [
    (StatementState.PROVISIONAL.value, _("Provisional")),
    (StatementState.FINAL.value, _("Final")),
]


class Statement(models.Model):
    """A dealer's statement of a period as it was taken in; a correction is a new revision of it.

    `amounts` holds every line by its code, totals included, as decimal texts in yuan (or counts); a line that
    is not there is missing. `superseded_at` is set when a later revision takes its place.
    """

    dealer = models.ForeignKey(
        "dealers.Dealer",
        verbose_name=_("dealer"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    period = models.DateField(_("period"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=STATES)
    amounts = models.JSONField(_("amounts"))
    notes = models.JSONField(_("explanations"), default=dict)
    accounts = models.JSONField(_("accounts"), default=list)
    source = models.CharField(_("source"), max_length=80)
    recorded_at = models.DateTimeField(_("recorded at"))
    final_at = models.DateTimeField(_("final since"), null=True)
    superseded_at = models.DateTimeField(_("replaced at"), null=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.UniqueConstraint(
                fields=["dealer", "kind", "period", "revision"], name="statement_revision_once"
            ),
            # one statement of a period counts; also how a month of all dealers is read
            models.UniqueConstraint(
                fields=["kind", "period", "dealer"],
                condition=Q(superseded_at__isnull=True),
                name="statement_one_counts",
            ),
            models.CheckConstraint(condition=Q(period__day=1), name="statement_first_day"),
        ]
        indexes = [
            # the whole list, newest first
            models.Index(fields=["-period", "dealer"], name="statement_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.dealer} · {self.period_text}"

    @property
    def period_text(self) -> str:
        """The period as people write it: 2026-06, 2026Q2 or 2026."""
        if self.kind == StatementKind.YEAR:
            return f"{self.period:%Y}"
        if self.kind == StatementKind.QUARTER:
            return f"{self.period.year}Q{(self.period.month + 2) // 3}"
        return f"{self.period:%Y-%m}"

    @property
    def counts(self) -> bool:
        """Whether no later revision took its place."""
        return self.superseded_at is None

    @property
    def lines(self) -> dict[str, Decimal]:
        """The amounts as numbers."""
        return {code: Decimal(text) for code, text in self.amounts.items()}


class WorkingCapitalStandard(models.Model):
    """The working capital in yuan a manufacturer asks of a dealer, from a day until the next standard."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    amount = models.DecimalField(_("standard (¥)"), max_digits=14, decimal_places=2)
    effective_from = models.DateField(_("effective from"))

    class Meta:
        verbose_name = _("working-capital standard")
        verbose_name_plural = _("working-capital standards")
        constraints = [
            models.UniqueConstraint(fields=["dealer", "effective_from"], name="workingcapital_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="workingcapital_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.dealer} · {self.effective_from}"


class CommonAccount(models.Model):
    """Where an account of the usual chart of accounts goes, for every store that did not say otherwise."""

    account = models.CharField(_("account"), max_length=40, unique=True)
    name = models.CharField(_("account name"), max_length=120)
    line = models.CharField(_("line of the statement"), max_length=8)

    class Meta:
        verbose_name = _("common account")
        verbose_name_plural = _("common accounts")

    def __str__(self) -> str:
        return f"{self.account} {self.name}"


class StoreAccount(models.Model):
    """Where an account of one store goes; accounts below it go there too."""

    dealer = models.ForeignKey(
        "dealers.Dealer",
        verbose_name=_("dealer"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    account = models.CharField(_("account"), max_length=40)
    name = models.CharField(_("account name"), max_length=120, blank=True)
    line = models.CharField(_("line of the statement"), max_length=8)
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("account of a store")
        verbose_name_plural = _("accounts of stores")
        constraints = [models.UniqueConstraint(fields=["dealer", "account"], name="storeaccount_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.name}"
