from apps.ordering.services.following import follow
from apps.ordering.services.funding import fund, fund_blocked
from apps.ordering.services.plans import Wanted, add_line, confirm, draft_plan, report, save_lines, submit

__all__ = [
    "Wanted",
    "add_line",
    "confirm",
    "draft_plan",
    "follow",
    "fund",
    "fund_blocked",
    "report",
    "save_lines",
    "submit",
]
