from apps.work.policies import activities, bulletins, webhooks
from apps.work.policies.approvals import ApprovalPolicy, approval, decision
from apps.work.policies.calendar import VIEW_CALENDAR, day
from apps.work.policies.notices import (
    OVERSEE,
    VIEW,
    channel_setting,
    digest_item,
    digest_run,
    digest_time,
    message,
    notice,
    preference,
    profile,
)
from apps.work.policies.remarks import (
    ANSWER,
    CORRECT,
    REMARK,
    RemarkPolicy,
    correction,
    remark,
    saved_filter,
)
from apps.work.policies.todos import TodoPolicy, todo

__all__ = [
    "ANSWER",
    "CORRECT",
    "OVERSEE",
    "REMARK",
    "VIEW",
    "VIEW_CALENDAR",
    "ApprovalPolicy",
    "RemarkPolicy",
    "TodoPolicy",
    "activities",
    "approval",
    "bulletins",
    "channel_setting",
    "correction",
    "day",
    "decision",
    "digest_item",
    "digest_run",
    "digest_time",
    "message",
    "notice",
    "preference",
    "profile",
    "remark",
    "saved_filter",
    "todo",
    "webhooks",
]
