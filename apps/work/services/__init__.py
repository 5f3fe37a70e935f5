from apps.work.services.approving import Ask, ask_approval, decide, withdraw_approval
from apps.work.services.digesting import make_digest
from apps.work.services.notifying import Told, mark_read, notify, notify_each, prefer, tell_holders
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
    "Told",
    "Wanted",
    "ask_approval",
    "close_todo",
    "close_todos",
    "create_task",
    "decide",
    "finish_by_hand",
    "make_digest",
    "mark_read",
    "notify",
    "notify_each",
    "open_todo",
    "open_todos",
    "prefer",
    "send_due",
    "tell_holders",
    "withdraw_approval",
]
