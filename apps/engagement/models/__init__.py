from apps.engagement.models.bonuses import Bonus
from apps.engagement.models.contests import Contest, ContestPlace
from apps.engagement.models.earning import Earning, EarnRule, SaleCredit
from apps.engagement.models.gifts import Gift, GiftMovement, Redemption
from apps.engagement.models.requests import PointRequest

__all__ = [
    "Bonus",
    "Contest",
    "ContestPlace",
    "EarnRule",
    "Earning",
    "Gift",
    "GiftMovement",
    "PointRequest",
    "Redemption",
    "SaleCredit",
]
