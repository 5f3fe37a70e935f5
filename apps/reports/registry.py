"""Report forms: each is declared once, in the `report_forms` room of the app it belongs to."""

from __future__ import annotations

from importlib import import_module, util

from django.apps import apps

from apps.reports.rules.declaration import (
    Check,
    Content,
    Context,
    Field,
    Filed,
    Finding,
    Kind,
    Level,
    Owner,
    PeriodKind,
    ReportForm,
    Section,
    Sign,
    Subject,
)

__all__ = [
    "Check",
    "Content",
    "Context",
    "Field",
    "Filed",
    "Finding",
    "Kind",
    "Level",
    "Owner",
    "PeriodKind",
    "ReportForm",
    "Section",
    "Sign",
    "Subject",
    "declare",
    "form",
    "forms",
    "load",
]

_forms: dict[str, ReportForm] = {}


def declare(form: ReportForm) -> ReportForm:
    """Register a report form."""
    if form.code in _forms:
        raise ValueError(f"report form {form.code} is declared twice")
    _forms[form.code] = form
    return form


def forms() -> dict[str, ReportForm]:
    """All declared forms by code."""
    return dict(_forms)


def form(code: str) -> ReportForm:
    """The form of that code; KeyError when there is none."""
    return _forms[code]


def load() -> None:
    """Load the `report_forms` room of every app, where forms are declared."""
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and util.find_spec(f"{config.name}.report_forms"):
            import_module(f"{config.name}.report_forms")
