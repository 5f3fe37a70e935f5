"""A request is made and taken back: what waited is free again, and only what is told has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import reverse

from apps.work.models import Approval

Rows = dict[str, dict[Any, dict[str, Any]]]


def asked_and_taken_back(flow: str, ask: Callable[[], object], *, watched: tuple[str, ...]) -> set[str]:
    """What differs then in the watched apps: `app.model` for rows come or gone, or `app.model.field`."""
    before = _rows(watched)
    ask()
    row = Approval.objects.get(flow=flow, state="waiting")
    assert row.asked_by is not None
    assert _difference(before, _rows(watched)), "asking changed nothing: the test looks in the wrong place"
    browser = Client()
    browser.force_login(row.asked_by)
    assert browser.post(reverse("work:approval-withdraw", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.state == "withdrawn"
    return _difference(before, _rows(watched))


def _rows(watched: tuple[str, ...]) -> Rows:
    models = [model for name in watched for model in apps.get_app_config(name).get_models()]
    return {
        model._meta.label_lower: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        for model in models
    }


def _difference(before: Rows, after: Rows) -> set[str]:
    found = {label for label in before if before[label].keys() != after[label].keys()}
    for label, rows in before.items():
        for key, row in rows.items():
            now = after[label].get(key, row)
            found |= {f"{label}.{name}" for name, value in row.items() if now[name] != value}
    return found
