from apps.work.models.approvals import Approval, ApprovalDecision
from apps.work.models.notices import (
    ChannelSetting,
    DigestItem,
    DigestRun,
    DigestTime,
    Message,
    Notice,
    NoticeProfile,
    Preference,
)
from apps.work.models.todos import Todo

__all__ = [
    "Approval",
    "ApprovalDecision",
    "ChannelSetting",
    "DigestItem",
    "DigestRun",
    "DigestTime",
    "Message",
    "Notice",
    "NoticeProfile",
    "Preference",
    "Todo",
]
