from apps.work.policies import activities, bulletins
from apps.work.policies.approvals import ApprovalPolicy, approval, decision
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
from apps.work.policies.todos import TodoPolicy, todo

__all__ = [
    "OVERSEE",
    "VIEW",
    "ApprovalPolicy",
    "TodoPolicy",
    "activities",
    "approval",
    "bulletins",
    "channel_setting",
    "decision",
    "digest_item",
    "digest_run",
    "digest_time",
    "message",
    "notice",
    "preference",
    "profile",
    "todo",
]
