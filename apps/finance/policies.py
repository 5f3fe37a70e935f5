from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import FIELD, OPERATORS, Role
from apps.core.wall import Wall, Writes
from apps.finance.models import CommonAccount, Statement, StoreAccount, WorkingCapitalStandard

HQ_READERS = OPERATORS | {Role.HQ_FINANCE, Role.HQ_AUDIT, Role.EXECUTIVE}
STORE = frozenset({Role.DEALER_GENERAL, Role.DEALER_FINANCE})
READERS = HQ_READERS | FIELD | STORE | {Role.INVESTOR, Role.INTEGRATION}

VIEW = declare("finance.view", _("View statements of dealers"), READERS)
RECORD = declare("finance.record", _("Hand in statements of dealers"), OPERATORS | STORE | {Role.INTEGRATION})
MAP = declare(
    "finance.map_accounts", _("Map accounts to lines of the statement"), OPERATORS | STORE | {Role.HQ_FINANCE}
)

statement = Policy(
    Statement,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(writes=Writes.APPEND, columns=("superseded_at", "state", "final_at")),
)
common = Policy(CommonAccount, view=VIEW, ownership=Ownership.GLOBAL)
store = Policy(StoreAccount, view=VIEW, ownership=Ownership.DEALER)
standard = Policy(WorkingCapitalStandard, view=VIEW, ownership=Ownership.DEALER)

trail.name_actions(
    {
        "finance.record": _("Statement taken in"),
        "finance.finalise": _("Statement became final"),
        "finance.withdraw": _("Statement returned; it counts no more"),
        "finance.map_accounts": _("Account mapped to a line"),
    }
)
trail.name_fields(
    {
        "kind": _("Kind"),
        "revision": _("Revision"),
        "state": _("State"),
        "account": _("Account"),
        "line": _("Line of the statement"),
        "profit": _("Profit before tax (¥)"),
        "gross_profit": _("Total gross profit (¥)"),
    }
)
