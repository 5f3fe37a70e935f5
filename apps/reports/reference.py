"""The duty rules the product ships, read from its reference tables."""

from __future__ import annotations

import json
import re
from datetime import date, time
from typing import Any

from django.conf import settings

SINCE = date(2024, 1, 1)
"""The shipped rules hold from here on; administrators add versions with a later start."""
_SOURCE = re.compile(r"\(seed [\d/]+\)$")
"""Where an obligation was taken from; it stands in the table, and people need not read it."""


def rows() -> list[dict[str, Any]]:
    """The shipped rules as they stand in the table."""
    path = settings.BASE_DIR / "reference" / "duty_rules.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def load(model: type[Any]) -> int:
    """Put the shipped rules into their table where they are missing; returns how many there are.

    The model is passed in, so that a migration can pass the one of its own time.
    """
    rules = [
        model(
            code=row["code"],
            version=1,
            effective_from=SINCE,
            name_zh=_SOURCE.sub("", row["name_zh"]),
            name_en=row["name_en"],
            owner=row["owner"],
            role=row["role"],
            rule_text=row["rule"],
            structure=row["structure"],
            deadline=time.fromisoformat(row["deadline"]),
            shift=row.get("shift", "none"),
            reminder_days=row.get("reminders", []),
            recipient_role=row.get("recipient", ""),
            recipient_text=row.get("to", ""),
            quota_text=row.get("quota", ""),
            product=row.get("product", ""),
            proof=row.get("proof", ""),
            forms=row.get("forms", []),
            after=row.get("after", []),
        )
        for row in rows()
    ]
    model.objects.bulk_create(rules, ignore_conflicts=True)
    return len(rules)
