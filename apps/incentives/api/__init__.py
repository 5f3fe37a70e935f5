"""The endpoints of the app, gathered from the files of its nouns."""

from __future__ import annotations

from typing import Any

from apps.incentives.api import accruals, awards, disputes, payments, policies, statements

routes: list[tuple[str, Any, str]] = [
    *policies.routes,
    *accruals.routes,
    *statements.routes,
    *awards.routes,
    *disputes.routes,
    *payments.routes,
]
