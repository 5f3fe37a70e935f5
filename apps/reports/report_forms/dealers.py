"""What dealers report: the survey of the stock alert index (domain.md 1.2), the ten-day report."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 -- the usual name of a mark

from apps.core.roles import Role
from apps.reports.registry import (
    Check,
    Field,
    Kind,
    Owner,
    PeriodKind,
    ReportForm,
    Section,
    Sign,
    declare,
)
from apps.reports.report_forms.fields import (
    DEALER_LEADERS,
    amount,
    count,
    share,
    trend,
    words,
)

SURVEY = declare(
    ReportForm(
        "reports.survey",
        _("Inventory alert survey"),
        Owner.DEALER,
        PeriodKind.MONTH,
        DEALER_LEADERS,
        (
            Section(
                "answers",
                _("Compared with last month"),
                (
                    trend("demand", _("Market demand")),
                    trend("stock", _("Stock of new vehicles")),
                    trend("daily_sales", _("Average daily sales")),
                    trend("staff", _("Number of employees")),
                    trend("operations", _("Business situation")),
                ),
            ),
            Section(
                "figures",
                _("Figures and outlook"),
                (
                    count("retail", _("New vehicles sold"), measure="sales.retail_units"),
                    count(
                        "stock_units",
                        _("New vehicles in stock at month end"),
                        measure="inventory.stock_units",
                    ),
                    share(
                        "coefficient", _("Stock to sales (months, as a percentage)"), "stock_units / retail"
                    ),
                    trend("next_demand", _("Market demand expected next month")),
                    Field(
                        "discount", _("Average discount on the list price"), Kind.PERCENT, sign=Sign.POSITIVE
                    ),
                    words("reason", _("Main reason for the change"), required=False, longest=300),
                ),
            ),
        ),
        minutes=8,
        reviewer=Role.ACCOUNT_MANAGER,
        help=_("Five questions of the vehicle inventory alert index; figures known to the system are given."),
    )
)


TEN_DAYS = declare(
    ReportForm(
        "reports.ten_day",
        _("Ten-day business report"),
        Owner.DEALER,
        PeriodKind.TEN_DAYS,
        DEALER_LEADERS,
        (
            Section(
                "sales",
                _("Sales and leads of the ten days"),
                (
                    count("target", _("Retail target")),
                    count("retail", _("Retail deliveries")),
                    share("achieved", _("Target achieved"), "retail / target"),
                    count("orders", _("New orders")),
                    count("leads", _("New leads")),
                    count("visits", _("Showroom visits"), unit=_("visits")),
                    share("closing", _("Orders per lead"), "orders / leads"),
                ),
            ),
            Section(
                "stock",
                _("Stock and funds"),
                (
                    count("stock", _("Stock at the end")),
                    count("in_transit", _("In transit")),
                    count("aged", _("Older than 90 days")),
                    count("next_orders", _("Vehicles to order for the next ten days")),
                    amount("funds", _("Funds in place for them")),
                    words("problems", _("Problems and help needed"), required=False),
                ),
            ),
        ),
        checks=(
            Check(
                "aged_in_stock",
                "aged",
                "stock",
                N_("Vehicles older than 90 days (%(left)s) are more than the stock (%(right)s)."),
                "<=",
            ),
        ),
        swing=Decimal("0.8"),
        minutes=12,
        reviewer=Role.ACCOUNT_MANAGER,
        duties=("A1-07",),
    )
)
