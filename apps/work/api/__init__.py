"""The endpoints of the app, gathered from the files of its nouns."""

from __future__ import annotations

from typing import Any

from apps.work.api import activities, bulletins, meetings, webhooks, work

routes: list[tuple[str, Any, str]] = [
    *activities.routes,
    *bulletins.routes,
    *meetings.routes,
    *webhooks.routes,
    *work.routes,
]
