"""The monthly business plan. Source: domain.md N-11."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 -- the usual name of a mark

from apps.core.roles import FIELD, Role
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
    Sign,
    declare,
)
from apps.reports.report_forms.fields import (
    YUAN,
    amount,
    count,
    name,
    share,
    words,
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
        filed=Filed.AHEAD,
        duties=("GS-13", "GS-03", "PM-20"),
    )
)
