"""Meetings: who was asked, who comes, who was there."""

from __future__ import annotations

from enum import StrEnum


class Reply(StrEnum):
    """What somebody invited to a meeting answered."""

    OPEN = ""
    COMING = "coming"
    DECLINED = "declined"
