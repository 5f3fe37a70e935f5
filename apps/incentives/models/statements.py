from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.incentives.models.policies import Policy, PolicyVersion
from apps.incentives.rules.settling import LineStatus, RunKind, RunState, StatementState

RUN_KINDS = [(RunKind.INTERIM, _("Interim")), (RunKind.FINAL, _("Final settlement"))]
RUN_STATES = [
    (RunState.CALCULATED, _("Calculated")),
    (RunState.REVIEWING, _("Waits for release")),
    (RunState.PUBLISHED, _("Published")),
]
STATEMENT_STATES = [
    (StatementState.INTERIM, _("Expected")),
    (StatementState.CALCULATED, _("Calculated")),
    (StatementState.REVIEWING, _("Waits for release")),
    (StatementState.PUBLISHED, _("Published")),
    (StatementState.DISPUTED, _("Disputed")),
    (StatementState.CONFIRMED, _("Confirmed")),
    (StatementState.PAYABLE, _("Payable")),
    (StatementState.PAID, _("Paid")),
]
LINE_STATUSES = [
    (LineStatus.INCLUDED, _("Paid for")),
    (LineStatus.EXCLUDED, _("Not paid for")),
    (LineStatus.PENDING, _("Waits for a document")),
]


def _money(label: Any, **more: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=18, decimal_places=2, **more)


class SettlementRun(models.Model):
    """One calculation of a policy for a window over the network, as known at a moment.

    `number` counts the final runs of the window. What was settled before is taken off: `delta` is what this
    run adds. Unpublished runs are replaced by the next one; a published one never changes.
    """

    policy = models.ForeignKey(Policy, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(
        PolicyVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="+"
    )
    window_first = models.DateField(_("from"))
    window_last = models.DateField(_("to"))
    kind = models.CharField(_("kind"), max_length=10, choices=RUN_KINDS)
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=RUN_STATES)
    known_at = models.DateTimeField(_("as known at"))
    period = models.DateField(_("posted to"))
    dealers = models.PositiveIntegerField(_("dealers"), default=0)
    statements_count = models.PositiveIntegerField(_("statements"), default=0)
    included = models.PositiveIntegerField(_("paid for"), default=0)
    excluded = models.PositiveIntegerField(_("not paid for"), default=0)
    pending = models.PositiveIntegerField(_("waiting"), default=0)
    amount = _money(_("recomputed (¥)"), default=0)
    delta = _money(_("this run adds (¥)"), default=0)
    result_hash = models.CharField(max_length=64, blank=True)
    created_by = models.CharField(_("calculated by"), max_length=150)
    published_by = models.CharField(_("released by"), max_length=320, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True)

    class Meta:
        verbose_name = _("settlement run")
        verbose_name_plural = _("settlement runs")
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "window_first", "kind", "number"], name="settlementrun_once"
            ),
            # one unpublished run of a window at a time
            models.UniqueConstraint(
                fields=["policy", "window_first"], condition=~Q(state="published"), name="settlementrun_open"
            ),
            models.CheckConstraint(
                condition=Q(window_last__gte=F("window_first")), name="settlementrun_window"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False) | ~Q(state="published"),
                name="settlementrun_published",
            ),
        ]
        indexes = [models.Index(fields=["-known_at", "-id"], name="settlementrun_newest")]

    def __str__(self) -> str:
        return f"{self.policy} {self.window_first:%Y-%m-%d} – {self.window_last:%Y-%m-%d} #{self.number}"


class Statement(models.Model):
    """What a run comes to for a dealer: recomputed in full, less what was settled, is what it adds.

    Its rows and figures never change once published; only where it stands goes on. `amount` None has a
    reason. `excluded` counts all cars not paid for; those in `out_of_scope` (reason code → cars) have no
    line.
    """

    run = models.ForeignKey(
        SettlementRun, on_delete=models.CASCADE, related_name="statements", db_index=False
    )
    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    policy = models.ForeignKey(Policy, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(
        PolicyVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="+"
    )
    window_first = models.DateField(_("from"))
    window_last = models.DateField(_("to"))
    number = models.PositiveSmallIntegerField(_("number"))
    period = models.DateField(_("posted to"))
    state = models.CharField(_("state"), max_length=12, choices=STATEMENT_STATES)
    amount = _money(_("recomputed (¥)"), null=True)
    settled_before = _money(_("settled before (¥)"), default=0)
    delta = _money(_("this statement (¥)"), default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    units = models.DecimalField(_("units"), max_digits=14, decimal_places=6, default=0)
    achievement = models.DecimalField(_("achievement"), max_digits=18, decimal_places=6, null=True)
    included = models.PositiveIntegerField(_("paid for"), default=0)
    excluded = models.PositiveIntegerField(_("not paid for"), default=0)
    pending = models.PositiveIntegerField(_("waiting"), default=0)
    out_of_scope = models.JSONField(_("outside the policy by reason"), default=dict)
    curable = models.PositiveIntegerField(_("cars a document would bring in"), default=0)
    curable_amount = _money(_("what they would add (¥)"), null=True)
    components = models.JSONField(_("clauses"))
    known_at = models.DateTimeField(_("as known at"))
    origin = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("published at"), null=True)
    dispute_until = models.DateField(_("may be disputed until"), null=True)
    clock_from = models.DateField(_("promise counts from"), null=True)
    promised_on = models.DateField(_("to be paid by"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    payable_at = models.DateTimeField(_("payable since"), null=True)
    paid_on = models.DateField(_("paid on"), null=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="rebatestatement_dealer_key"),
            models.UniqueConstraint(fields=["run", "dealer"], name="rebatestatement_once"),
            SameDealer(parent="origin", name="rebatestatement_origin_own"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount=F("settled_before") + F("delta")),
                name="rebatestatement_adds_up",
            ),
        ]
        indexes = [
            # a dealer's list, newest first
            models.Index(fields=["dealer", "-known_at", "-id"], name="rebatestatement_dealer_newest"),
            models.Index(fields=["-known_at", "-id"], name="rebatestatement_newest"),
            # what was settled of a window before
            models.Index(fields=["policy", "window_first", "dealer"], name="rebatestatement_window"),
            # what waits for confirmation or payment
            models.Index(
                fields=["state", "promised_on"],
                name="rebatestatement_unpaid",
                condition=Q(state__in=["published", "disputed", "confirmed", "payable"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.window_first:%Y-%m} v{self.number}"


class StatementLine(models.Model):
    """A car in a statement: what a clause pays for it, or why not, and what was settled for it before."""

    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    dealer = models.ForeignKey(
        "dealers.Dealer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    delivery = models.ForeignKey(
        "sales.RetailDelivery", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    vin = models.CharField("VIN", max_length=40, blank=True)
    component = models.CharField(_("clause"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=LINE_STATUSES)
    code = models.CharField(_("reason"), max_length=4, blank=True)
    cure = models.CharField(_("document that cures it"), max_length=20, blank=True)
    pending_until = models.DateField(_("waits until"), null=True)
    occurred_on = models.DateField(_("sold on"), null=True)
    invoiced_on = models.DateField(_("invoiced on"), null=True)
    plated_on = models.DateField(_("plated on"), null=True)
    units = models.DecimalField(_("units"), max_digits=14, decimal_places=6, default=0)
    base = models.DecimalField(_("base"), max_digits=20, decimal_places=6, default=0)
    amount = _money(_("amount (¥)"), default=0)
    before = _money(_("settled before (¥)"), default=0)
    change = _money(_("change (¥)"), default=0)
    origin = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")
        constraints = [
            models.UniqueConstraint(fields=["id", "dealer"], name="rebateline_dealer_key"),
            SameDealer(parent="statement", name="rebateline_statement_own"),
            SameDealer(parent="delivery", name="rebateline_delivery_own"),
            SameDealer(parent="origin", name="rebateline_origin_own"),
            models.CheckConstraint(condition=Q(amount=F("before") + F("change")), name="rebateline_adds_up"),
        ]
        indexes = [
            models.Index(fields=["statement", "status", "vin", "id"], name="rebateline_statement"),
            # taking away an unpublished run asks whether a later line names one of its lines
            models.Index(fields=["origin"], name="rebateline_origin", condition=Q(origin__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.vin} {self.amount}"
