"""Advertising and promotion: the plan and its effect. Source: domain.md 9.3."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 -- the usual name of a mark

from apps.core.roles import Role
from apps.reports.registry import (
    Check,
    Field,
    Filed,
    Kind,
    Level,
    Owner,
    PeriodKind,
    ReportForm,
    Section,
    declare,
)
from apps.reports.report_forms.fields import (
    CARS,
    PLANNERS,
    YUAN,
    amount,
    count,
    name,
    share,
    words,
)

PROMOTION = declare(
    ReportForm(
        "reports.promotion",
        _("Advertising and promotion plan"),
        Owner.PERSON,
        PeriodKind.MONTH,
        PLANNERS | {Role.OFFICE_ASSISTANT},
        (
            Section(
                "activities",
                _("Planned activities"),
                (
                    name("activity", _("Activity")),
                    Field(
                        "medium",
                        _("Kind"),
                        Kind.CHOICE,
                        required=True,
                        choices=(
                            ("promotion", _("Promotion")),
                            ("advert", _("Advertising")),
                            ("show", _("Show or event")),
                            ("online", _("Online")),
                        ),
                    ),
                    name("place", _("Place and dealers")),
                    Field("starts_on", _("Begins on"), Kind.DATE, required=True),
                    amount("budget", _("Budget")),
                    amount("dealer_share", _("Of this paid by dealers"), required=False),
                    count("leads", _("Expected leads")),
                    count("orders", _("Expected orders")),
                ),
                rows=30,
                least=1,
            ),
            Section(
                "sum",
                _("Budget"),
                (
                    amount("approved", _("Budget available")),
                    Field("planned", _("Planned in total"), Kind.MONEY, YUAN, formula="activities.budget"),
                    share("budget_used", _("Share of the budget"), "planned / approved"),
                    words("market_reason", _("Market analysis behind the plan")),
                ),
            ),
        ),
        checks=(
            Check(
                "within_budget",
                "planned",
                "approved",
                N_("The plan (%(left)s) is over the available budget (%(right)s) by %(difference)s."),
                "<=",
                level=Level.EXPLAIN,
            ),
        ),
        minutes=40,
        reviewer=Role.PROVINCE_MANAGER,
        filed=Filed.AHEAD,
        duties=("A1-14", "A1-13", "RM-12", "MC-01", "PM-09", "PM-10", "PM-11", "AS-10", "AS-11"),
    )
)


EFFECT = declare(
    ReportForm(
        "reports.effect",
        _("Report on the effect of activities"),
        Owner.PERSON,
        PeriodKind.MONTH,
        PLANNERS,
        (
            Section(
                "held",
                _("Activities held"),
                (
                    name("held_activity", _("Activity held")),
                    Field("held_on", _("Held on"), Kind.DATE, required=True),
                    amount("cost", _("Cost")),
                    count("held_leads", _("Leads won")),
                    count("held_orders", _("Orders won")),
                    Field("per_order", _("Cost per order"), Kind.MONEY, YUAN, formula="cost / held_orders"),
                    name("finding", _("What was seen on site"), required=False),
                ),
                rows=30,
                least=1,
            ),
            Section(
                "effect",
                _("Effect"),
                (
                    Field("spent", _("Spent in total"), Kind.MONEY, YUAN, formula="held.cost"),
                    Field("won", _("Orders in total"), Kind.INTEGER, CARS, formula="held.held_orders"),
                    Field(
                        "cost_per_order",
                        _("Cost per order in total"),
                        Kind.MONEY,
                        YUAN,
                        formula="spent / won",
                    ),
                    words("worked", _("What worked and why")),
                    words("failed", _("What did not work")),
                    words("follow_up", _("Consequences for the next plan")),
                ),
            ),
        ),
        minutes=30,
        duties=("A1-15", "RM-13", "PM-12"),
    )
)
