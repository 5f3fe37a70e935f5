"""Bonus and attendance of the staff. Source: domain.md 9.3."""

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
    Sign,
    declare,
)
from apps.reports.report_forms.fields import (
    LEADERS,
    YUAN,
    amount,
    count,
    name,
    points,
    share,
    words,
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
        filed=Filed.AFTER,
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
