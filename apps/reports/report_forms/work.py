"""What field staff report each month: work, market, dealers. Source: domain.md 9.3."""

from __future__ import annotations

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
    MANAGERS,
    amount,
    count,
    name,
    points,
    share,
    trend,
    words,
)

WORK = declare(
    ReportForm(
        "reports.work",
        _("Monthly work report"),
        Owner.PERSON,
        PeriodKind.MONTH,
        MANAGERS,
        (
            Section(
                "figures",
                _("Figures of the month"),
                (
                    count("target", _("Retail target of the area")),
                    count("retail", _("Retail deliveries of the area")),
                    share("achieved", _("Target achieved"), "retail / target"),
                    count("visits", _("Visits made"), unit=_("visits")),
                    count("contacts", _("Contacts made"), unit=_("contacts")),
                    count("open_issues", _("Issues still open"), unit=_("issues")),
                ),
            ),
            Section(
                "words",
                _("In words"),
                (
                    words("results", _("Results of the month")),
                    words("problems", _("Problems and their causes")),
                    words("measures", _("Measures taken")),
                    words(
                        "service", _("Feedback on after-sales service and product quality"), required=False
                    ),
                    words("next", _("Focus of next month")),
                    words("support", _("Support needed"), required=False),
                ),
            ),
        ),
        minutes=30,
        duties=("A1-18", "RM-14", "A2-10", "MM-03", "KM-07", "KA-06", "PM-18", "AS-12", "AS-13", "PM-19"),
    )
)


MARKET = declare(
    ReportForm(
        "reports.market",
        _("Market analysis"),
        Owner.PERSON,
        PeriodKind.MONTH,
        MANAGERS,
        (
            Section(
                "market",
                _("Market"),
                (
                    count("registrations", _("New vehicles registered in the market")),
                    count("own", _("Of these our brand")),
                    share("market_share", _("Market share"), "own / registrations"),
                    trend("market_demand", _("Demand against last month")),
                    trend("price_level", _("Price level against last month")),
                    Field(
                        "coverage", _("Outlets with vehicles on display"), Kind.PERCENT, sign=Sign.POSITIVE
                    ),
                    words("policy", _("Policies and local events")),
                    words("outlook", _("Outlook and advice")),
                ),
            ),
            Section(
                "rivals",
                _("Competitors"),
                (
                    name("brand", _("Brand and model")),
                    amount("price", _("Street price"), required=False),
                    amount("offer", _("Discount"), required=False),
                    count("rival_units", _("Units sold"), required=False),
                    name("activity", _("Activities and policy"), required=False),
                ),
                rows=10,
                least=1,
            ),
        ),
        checks=(
            Check(
                "own_in_market",
                "own",
                "registrations",
                N_("Our registrations (%(left)s) are more than those of the market (%(right)s)."),
                "<=",
            ),
        ),
        minutes=40,
        duties=("A1-19", "MC-03", "MC-01", "PM-18", "GS-18"),
    )
)


APPRAISAL = declare(
    ReportForm(
        "reports.appraisal",
        _("Dealer appraisal"),
        Owner.PERSON,
        PeriodKind.MONTH,
        frozenset({Role.REGION_MANAGER, Role.ACCOUNT_MANAGER, Role.ACCOUNT_MANAGER_2}),
        (
            Section(
                "dealers",
                _("Appraised dealers"),
                (
                    name("dealer", _("Dealer code")),
                    points("sales", _("Sales (of 40)"), 40),
                    points("stock", _("Stock and funds (of 20)"), 20),
                    points("display", _("Showroom and display (of 15)"), 15),
                    points("service", _("Customers and service (of 15)"), 15),
                    points("discipline", _("Policy and price discipline (of 10)"), 10),
                    Field(
                        "total",
                        _("Total"),
                        Kind.NUMBER,
                        formula="sales + stock + display + service + discipline",
                    ),
                    Field("advice", _("Advice"), Kind.LONG, required=True, longest=300),
                ),
                rows=40,
                least=1,
            ),
            Section(
                "overall",
                _("Overall"),
                (
                    words("best", _("Best practice worth spreading")),
                    words("worst", _("Dealers that need help, and which")),
                    words("people", _("Appraisal of the account managers"), required=False),
                ),
            ),
        ),
        minutes=45,
        duties=("A1-20", "RM-15", "RM-06", "A2-10", "GS-21"),
    )
)
