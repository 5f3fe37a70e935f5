from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.constraints import SameDealer
from apps.kernel.workdays import Shift
from apps.ordering.rules.plans import LineState, PlanState
from apps.ordering.rules.windows import Terms, Window
from apps.reports.models.duties import SHIFTS

PLAN_STATES = [
    (PlanState.DRAFT.value, _("Being drafted")),
    (PlanState.REPORTED.value, _("Reported to the region")),
    (PlanState.SUBMITTED.value, _("Submitted")),
    (PlanState.CONFIRMED.value, _("Confirmed")),
    (PlanState.CLOSED.value, _("Fulfilled")),
    (PlanState.LAPSED.value, _("Not submitted in time")),
]
LINE_STATES = [
    (LineState.OPEN.value, _("Planned")),
    (LineState.FUNDED.value, _("Money held")),
    (LineState.BLOCKED.value, _("Blocked: money is missing")),
    (LineState.CONFIRMED.value, _("Confirmed")),
    (LineState.ARRIVED.value, _("All arrived")),
    (LineState.DROPPED.value, _("Given up")),
]
_DIGIT = (MinValueValidator(1), MaxValueValidator(10))


class OrderTerms(models.Model):
    """On which days ten-day orders are drafted, reported, submitted and paid, from a day on."""

    effective_from = models.DateField(_("valid from"), unique=True)
    draft_digit = models.PositiveSmallIntegerField(
        _("drafted on days ending in"), default=10, validators=_DIGIT
    )
    report_digit = models.PositiveSmallIntegerField(
        _("reported on days ending in"), default=1, validators=_DIGIT
    )
    submit_digit = models.PositiveSmallIntegerField(
        _("submitted on days ending in"), default=2, validators=_DIGIT
    )
    money_digit = models.PositiveSmallIntegerField(
        _("starts, with money in place, on days ending in"),
        default=5,
        validators=[_DIGIT[0], MaxValueValidator(9)],
    )
    lead_days = models.PositiveSmallIntegerField(_("days from confirmation to delivery"), default=10)
    shift = models.CharField(
        _("on a day off"),
        max_length=4,
        choices=SHIFTS,
        default=Shift.NONE.value,
        help_text=_("By the calendar of holidays, like duties; the days an order covers stay as they are."),
    )

    class Meta:
        verbose_name = _("days of ten-day orders")
        verbose_name_plural = _("days of ten-day orders")

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"

    @property
    def rule(self) -> Terms:
        """The terms as the rules take them."""
        days = (self.draft_digit, self.report_digit, self.submit_digit, self.money_digit)
        return Terms(*days, self.lead_days, Shift(self.shift))


class OrderPlan(models.Model):
    """A dealer's order for the ten days from `starts_on`, with the days it had to be made by."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    starts_on = models.DateField(_("covers from"))
    ends_on = models.DateField(_("covers until"))
    draft_on = models.DateField(_("draft due"))
    report_on = models.DateField(_("report due"))
    submit_on = models.DateField(_("submission due"))
    money_on = models.DateField(_("money due"))
    state = models.CharField(_("state"), max_length=10, choices=PLAN_STATES, default=PlanState.DRAFT)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("drafted at"))
    created_by = models.CharField(_("drafted by"), max_length=150)
    reported_at = models.DateTimeField(_("reported at"), null=True)
    reported_by = models.CharField(_("reported by"), max_length=150, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    submitted_by = models.CharField(_("submitted by"), max_length=150, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("ten-day order plan")
        verbose_name_plural = _("ten-day order plans")
        constraints = [
            models.UniqueConstraint(fields=["dealer", "starts_on"], name="orderplan_once"),
            models.UniqueConstraint(fields=["id", "dealer"], name="orderplan_dealer"),
            models.CheckConstraint(
                condition=Q(draft_on__lte=F("report_on"), report_on__lte=F("submit_on"))
                & Q(submit_on__lte=F("money_on"), money_on__lt=F("starts_on"), starts_on__lte=F("ends_on")),
                name="orderplan_days",
            ),
        ]
        indexes = [models.Index(fields=["-starts_on", "dealer"], name="orderplan_newest")]

    def __str__(self) -> str:
        return f"{self.dealer} · {self.starts_on:%m-%d}–{self.ends_on:%m-%d}"

    @property
    def window(self) -> Window:
        """The days of the plan."""
        return Window(
            self.starts_on, self.ends_on, self.draft_on, self.report_on, self.submit_on, self.money_on
        )


class OrderLine(models.Model):
    """So many units of a model in a plan; what was suggested, why it differs, and how it is paid."""

    dealer = models.ForeignKey(
        "dealers.Dealer", verbose_name=_("dealer"), on_delete=models.PROTECT, related_name="+"
    )
    plan = models.ForeignKey(OrderPlan, on_delete=models.PROTECT, related_name="lines", db_constraint=False)
    number = models.PositiveSmallIntegerField(_("line"))
    order_no = models.CharField(_("order number"), max_length=60, unique=True)
    model = models.ForeignKey(
        "vehicles.CarModel", verbose_name=_("model"), on_delete=models.PROTECT, related_name="+"
    )
    trim = models.ForeignKey(
        "vehicles.Trim", verbose_name=_("trim"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    colour = models.CharField(_("colour"), max_length=60, blank=True)
    quantity = models.PositiveIntegerField(_("units"))
    suggested = models.PositiveIntegerField(_("suggested units"), null=True)
    basis = models.JSONField(default=dict)
    reason = models.CharField(_("reason for another number"), max_length=300, blank=True)
    price_amount = models.DecimalField(_("price per unit"), max_digits=18, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=LINE_STATES, default=LineState.OPEN)
    missing_amount = models.DecimalField(
        _("money missing"), max_digits=18, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )
    fundings = models.PositiveIntegerField(default=0, db_default=0)
    promised_on = models.DateField(_("promised for"), null=True)
    arrived_units = models.PositiveIntegerField(_("arrived"), default=0, db_default=0)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="orderline_once"),
            models.UniqueConstraint(fields=["id", "dealer"], name="orderline_dealer"),
            SameDealer(parent="plan", name="orderline_plan_own"),
            models.CheckConstraint(condition=Q(price_amount__gt=0), name="orderline_price"),
            models.CheckConstraint(condition=Q(missing_amount__gte=0), name="orderline_missing"),
        ]
        indexes = [
            # what is blocked and may be paid now; what is late
            models.Index(fields=["dealer", "state"], name="orderline_state"),
            models.Index(
                fields=["promised_on"], name="orderline_due", condition=Q(state=LineState.CONFIRMED)
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.model, self.trim, self.colour) if part)

    @property
    def amount(self) -> Decimal:
        """What the line costs, in yuan."""
        return self.quantity * self.price_amount
