from apps.engagement.services.bonuses import Proposed, object_to_bonus, propose_bonus, sign_bonus
from apps.engagement.services.catalogue import Offer, save_gift, stock_gift
from apps.engagement.services.contests import (
    Plan,
    compute,
    end_contest,
    follow_contests,
    open_contest,
)
from apps.engagement.services.earning import earn, name_seller
from apps.engagement.services.leaving import follow_leavers
from apps.engagement.services.redeeming import answer, cancel, redeem, take_back
from apps.engagement.services.requests import Wanted, ask
from apps.engagement.services.ruling import Given, set_rule

__all__ = [
    "Given",
    "Offer",
    "Plan",
    "Proposed",
    "Wanted",
    "answer",
    "ask",
    "cancel",
    "compute",
    "earn",
    "end_contest",
    "follow_contests",
    "follow_leavers",
    "name_seller",
    "object_to_bonus",
    "open_contest",
    "propose_bonus",
    "redeem",
    "save_gift",
    "set_rule",
    "sign_bonus",
    "stock_gift",
    "take_back",
]
