from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import FIELD, OPERATORS, Role
from apps.ordering.models import OrderLine, OrderPlan, OrderTerms, ReorderTerms

STORE = frozenset({Role.DEALER_GENERAL, Role.DEALER_SALES})
READERS = (
    OPERATORS
    | FIELD
    | STORE
    | {Role.HQ_FINANCE, Role.HQ_POLICY, Role.HQ_AUDIT, Role.EXECUTIVE, Role.OFFICE_ASSISTANT}
    | {Role.DEALER_FINANCE, Role.INVESTOR, Role.INTEGRATION}
)

VIEW = declare("ordering.view", _("View ten-day order plans"), READERS)
PLAN = declare("ordering.plan", _("Draft and change ten-day order plans"), OPERATORS | FIELD | STORE)
REPORT = declare("ordering.report", _("Report ten-day order plans"), OPERATORS | FIELD)
SUBMIT = declare("ordering.submit", _("Submit ten-day order plans for the dealer"), STORE)
CONFIRM = declare("ordering.confirm", _("Confirm ten-day order plans"), OPERATORS)

terms = Policy(OrderTerms, view=VIEW, ownership=Ownership.GLOBAL)
reorder_terms = Policy(ReorderTerms, view=VIEW, ownership=Ownership.GLOBAL)
plan = Policy(OrderPlan, view=VIEW, ownership=Ownership.DEALER)
line = Policy(OrderLine, view=VIEW, ownership=Ownership.DEALER)

trail.name_actions(
    {
        "ordering.draft": _("Order plan drafted"),
        "ordering.fund": _("Order lines paid or blocked"),
        "ordering.lapse": _("Order plan lapsed"),
        "ordering.arrive": _("Ordered vehicles arrived"),
    }
)
trail.name_fields(
    {
        "lines": _("Order lines"),
        "state": _("State"),
        "held": _("Held (¥)"),
        "missing": _("Missing (¥)"),
    }
)
