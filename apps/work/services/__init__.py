from apps.work.services.approving import (
    Ask,
    ask_approval,
    decide,
    follow_posts,
    remind_overdue,
    take_back,
    withdraw_approval,
)
from apps.work.services.correcting import Fault, answer_correction, ask_correction
from apps.work.services.digesting import make_digest
from apps.work.services.notifying import Told, mark_read, notify, notify_each, prefer, tell_holders
from apps.work.services.remarking import (
    Attachment,
    add_remark,
    drop_filter,
    save_filter,
    withdraw_remark,
)
from apps.work.services.sending import send_due
from apps.work.services.todos import (
    Wanted,
    close_todo,
    close_todos,
    create_task,
    finish_by_hand,
    open_todo,
    open_todos,
)

__all__ = [
    "Ask",
    "Attachment",
    "Fault",
    "Told",
    "Wanted",
    "add_remark",
    "answer_correction",
    "ask_approval",
    "ask_correction",
    "close_todo",
    "close_todos",
    "create_task",
    "decide",
    "drop_filter",
    "finish_by_hand",
    "follow_posts",
    "make_digest",
    "mark_read",
    "notify",
    "notify_each",
    "open_todo",
    "open_todos",
    "prefer",
    "remind_overdue",
    "save_filter",
    "send_due",
    "take_back",
    "tell_holders",
    "withdraw_approval",
    "withdraw_remark",
]
