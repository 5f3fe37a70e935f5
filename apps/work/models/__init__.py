from apps.work.models.activities import Activity, ActivityPhoto, Finding, KeyAccount
from apps.work.models.approvals import Approval, ApprovalDecision
from apps.work.models.bulletins import Bulletin, BulletinReceipt
from apps.work.models.calendar import CalendarDay
from apps.work.models.meetings import Attendance
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
from apps.work.models.remarks import Correction, Remark, SavedFilter
from apps.work.models.todos import Todo
from apps.work.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Activity",
    "ActivityPhoto",
    "Approval",
    "ApprovalDecision",
    "Attendance",
    "Bulletin",
    "BulletinReceipt",
    "CalendarDay",
    "ChannelSetting",
    "Correction",
    "DigestItem",
    "DigestRun",
    "DigestTime",
    "Finding",
    "KeyAccount",
    "Message",
    "Notice",
    "NoticeProfile",
    "Preference",
    "Remark",
    "SavedFilter",
    "Todo",
    "Webhook",
    "WebhookDelivery",
]
