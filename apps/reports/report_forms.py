"""The reports of dealers and field staff that belong to no other app; each is one declaration.

Source: domain.md 1.2 (survey), 9.3 (duties), N-11 (monthly plan).
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 -- the usual name of a mark

from apps.core.roles import FIELD, FIELD_STAFF, Role
from apps.reports.registry import (
    Check,
    Field,
    Kind,
    Level,
    Owner,
    PeriodKind,
    ReportForm,
    Section,
    Sign,
    declare,
)

CARS = _("units")
YUAN = _("yuan")
PEOPLE = _("people")
MANAGERS = FIELD | FIELD_STAFF
LEADERS = frozenset({Role.PROVINCE_MANAGER, Role.REGION_MANAGER, Role.ACCOUNT_MANAGER, Role.OFFICE_ASSISTANT})
PLANNERS = FIELD | {Role.MARKET_CAPTAIN}
DEALER_LEADERS = frozenset({Role.DEALER_GENERAL, Role.DEALER_SALES})
UP_SAME_DOWN = (("up", _("Increased")), ("same", _("Unchanged")), ("down", _("Decreased")))


def count(
    code: str, label: object, *, unit: object = CARS, required: bool = True, measure: str = ""
) -> Field:
    """A whole number that is not negative."""
    return Field(code, label, Kind.INTEGER, unit, required, Sign.POSITIVE, measure=measure)


def amount(code: str, label: object, *, required: bool = True, measure: str = "") -> Field:
    """An amount that is not negative."""
    return Field(code, label, Kind.MONEY, YUAN, required, Sign.POSITIVE, measure=measure)


def words(code: str, label: object, *, required: bool = True, longest: int = 1000) -> Field:
    """A few sentences."""
    return Field(code, label, Kind.LONG, required=required, longest=longest)


def name(code: str, label: object, *, required: bool = True) -> Field:
    """A short text."""
    return Field(code, label, Kind.TEXT, required=required, longest=100)


def trend(code: str, label: object) -> Field:
    """Increased, unchanged or decreased."""
    return Field(code, label, Kind.CHOICE, required=True, choices=UP_SAME_DOWN)


def points(code: str, label: object, most: int) -> Field:
    """Points of an appraisal, from 0 to the most that can be had."""
    return Field(code, label, Kind.NUMBER, required=True, sign=Sign.POSITIVE, most=Decimal(most), places=1)


def share(code: str, label: object, formula: str) -> Field:
    """A ratio that follows from other fields."""
    return Field(code, label, Kind.PERCENT, formula=formula)


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

BONUS = declare(
    ReportForm(
        "reports.bonus",
        _("Bonus sheet"),
        Owner.PERSON,
        PeriodKind.MONTH,
        LEADERS,
        (
            Section(
                "people",
                _("Bonus of each person"),
                (
                    name("person", _("Name")),
                    name("post", _("Post")),
                    points("score", _("Appraisal (0 to 100)"), 100),
                    amount("base", _("Bonus base")),
                    Field("extra", _("Extra"), unit=YUAN, sign=Sign.POSITIVE, blank_is_zero=True),
                    Field("deducted", _("Deducted"), unit=YUAN, sign=Sign.POSITIVE, blank_is_zero=True),
                    Field("bonus", _("Bonus"), Kind.MONEY, YUAN, formula="base + extra - deducted"),
                    Field("confirmed_on", _("Confirmed with the person on"), Kind.DATE, required=True),
                ),
                rows=60,
                least=1,
            ),
            Section(
                "fund",
                _("Bonus fund"),
                (
                    amount("fund_available", _("Bonus fund of the month")),
                    Field("all_bonuses", _("Bonuses in total"), Kind.MONEY, YUAN, formula="people.bonus"),
                    words("basis", _("Basis of the appraisal")),
                ),
            ),
        ),
        checks=(
            Check(
                "within_fund",
                "all_bonuses",
                "fund_available",
                N_("The bonuses (%(left)s) are over the fund (%(right)s) by %(difference)s."),
                "<=",
            ),
        ),
        minutes=25,
        reviewer=Role.PROVINCE_MANAGER,
        duties=("A2-11", "KA-07", "A1-22", "RM-18", "RM-19", "AS-08", "AS-09", "PM-14"),
    )
)

ATTENDANCE = declare(
    ReportForm(
        "reports.attendance",
        _("Attendance sheet"),
        Owner.UNIT,
        PeriodKind.MONTH,
        LEADERS,
        (
            Section(
                "staff",
                _("Days of each person"),
                (
                    name("employee", _("Employee")),
                    name("position", _("Position")),
                    Field("days_due", _("Days due"), Kind.NUMBER, _("days"), True, Sign.POSITIVE, places=1),
                    Field(
                        "days_worked", _("Days worked"), Kind.NUMBER, _("days"), True, Sign.POSITIVE, places=1
                    ),
                    Field(
                        "leave", _("Leave"), Kind.NUMBER, _("days"), sign=Sign.POSITIVE, blank_is_zero=True
                    ),
                    Field("sick", _("Sick"), Kind.NUMBER, _("days"), sign=Sign.POSITIVE, blank_is_zero=True),
                    Field(
                        "absent", _("Absent"), Kind.NUMBER, _("days"), sign=Sign.POSITIVE, blank_is_zero=True
                    ),
                    Field(
                        "open_days",
                        _("Days not accounted for"),
                        Kind.NUMBER,
                        formula="days_due - days_worked - leave - sick - absent",
                    ),
                    count("late", _("Times late"), unit=_("times"), required=False),
                ),
                rows=100,
                least=1,
            ),
            Section(
                "attendance_sum",
                _("Attendance"),
                (
                    Field(
                        "all_due", _("Days due in total"), Kind.NUMBER, _("days"), formula="staff.days_due"
                    ),
                    Field(
                        "all_worked",
                        _("Days worked in total"),
                        Kind.NUMBER,
                        _("days"),
                        formula="staff.days_worked",
                    ),
                    share("rate", _("Attendance rate"), "all_worked / all_due"),
                    Field(
                        "unaccounted",
                        _("Days not accounted for in total"),
                        Kind.NUMBER,
                        _("days"),
                        formula="staff.open_days",
                    ),
                    words("remarks", _("Joined, left, special cases"), required=False),
                ),
            ),
        ),
        checks=(
            Check(
                "accounted",
                "all_worked",
                "all_due",
                N_("More days were worked (%(left)s) than were due (%(right)s); explain it."),
                "<=",
                level=Level.EXPLAIN,
            ),
        ),
        minutes=20,
        reviewer=Role.PROVINCE_MANAGER,
        duties=("AS-06", "AS-07", "PM-13"),
    )
)

PLAN = declare(
    ReportForm(
        "reports.plan",
        _("Monthly business plan"),
        Owner.UNIT,
        PeriodKind.MONTH,
        FIELD,
        (
            Section(
                "review",
                _("Last month in review"),
                (
                    count("last_target", _("Target of last month")),
                    count("last_actual", _("Retail of last month")),
                    count("year_ago", _("Same month last year")),
                    share("last_achieved", _("Target of last month achieved"), "last_actual / last_target"),
                    share(
                        "against_year_ago", _("Against the same month last year"), "last_actual / year_ago"
                    ),
                    words("gap_reason", _("Reasons for the gap")),
                ),
            ),
            Section(
                "goals",
                _("Goals of this month"),
                (
                    count("retail_goal", _("Retail goal")),
                    count("wholesale_goal", _("Wholesale goal")),
                    Field(
                        "stock_goal",
                        _("Stock coefficient to reach"),
                        Kind.NUMBER,
                        required=True,
                        sign=Sign.POSITIVE,
                    ),
                    amount("resources", _("Resources and costs")),
                    Field(
                        "actions_cost",
                        _("Cost of the initiatives"),
                        Kind.MONEY,
                        YUAN,
                        formula="actions.action_cost",
                    ),
                    words("risks", _("Risks and how they are met")),
                ),
            ),
            Section(
                "actions",
                _("Key initiatives"),
                (
                    Field("action", _("Initiative"), Kind.LONG, required=True, longest=300),
                    name("responsible", _("Responsible")),
                    Field("action_due_on", _("Due date"), Kind.DATE, required=True),
                    amount("action_cost", _("Initiative cost"), required=False),
                    name("measure_of_success", _("Measure of success")),
                ),
                rows=15,
                least=3,
            ),
        ),
        checks=(
            Check(
                "actions_within_resources",
                "actions_cost",
                "resources",
                N_("The initiatives cost %(left)s, more than the resources of %(right)s."),
                "<=",
                level=Level.EXPLAIN,
            ),
        ),
        minutes=45,
        reviewer=Role.PROVINCE_MANAGER,
        duties=("GS-13", "GS-03", "PM-20"),
    )
)
