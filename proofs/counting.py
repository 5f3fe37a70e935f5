"""Everything the product lets in or does, counted and compared with the rows that say who may."""

from __future__ import annotations

import csv
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import NoReverseMatch, clear_url_caches, get_urlconf, path, reverse, set_urlconf
from drf_spectacular.generators import SchemaGenerator

from apps.core import access, fortress, gate, jobs
from apps.core.imports import registry
from apps.core.kit.admin import Audited
from apps.core.kit.pages import ListPage
from dealerops import urls
from dealerops.celery import app
from proofs.arena import ROOT, Report
from tests.contract.routes import Route, all_routes
from tests.contract.test_registry import INTERNAL

__all__ = ["connection", "count_all", "planted"]

MOST_PUBLIC = 8
PUBLIC = {
    "accounts:forgotten": "asks for a link to a new password",
    "accounts:link": "opened by a signed link",
    "accounts:login": "the door itself",
    "healthz-live": "tells that the process lives",
    "healthz-ready": "tells that its servers answer",
    "javascript-catalog": "texts of the language",
    "reports:feed-read": "a calendar behind a secret address",
    "set_language": "keeps a choice in a cookie",
}
"""Where somebody nobody knows is answered with more than the way to the log-in."""
SAMPLES = ("1", "x", "2026-06", "00000000-0000-0000-0000-000000000001")
SHAPES = {"app_label": "dealers", "period": "2026-06", "month": "2026-06"} | dict.fromkeys(
    ("pk", "object_id", "content_type_id"), "1"
)
WAYS_IN = ("/accounts/login/", "/accounts/me/password/", "/admin/")


def count_all(report: Report) -> None:
    """Routes, endpoints, admin pages, exports, jobs, imports and models against their committed rows."""
    rows, routes = _table("matrix.csv"), all_routes()
    _routes(report, rows, routes)
    _endpoints(report, routes)
    _admin_pages(report, rows)
    _jobs(report)
    _models(report)
    _public(report, routes)


def _routes(report: Report, rows: list[dict[str, str]], routes: list[Route]) -> None:
    told: dict[str, set[str]] = {}
    for row in rows:
        told.setdefault(row["route"], set()).add(row["method"])
    for known in gate.routes():
        report.expect(not known.fault, f"the route {known.name} {known.fault}")
    for route in routes:
        wanted = set(route.methods) | ({"EXPORT"} if route.is_list else set())
        missing = wanted - told.get(route.name, set())
        report.expect(not missing, f"{route.name} has no row for {sorted(missing)}")
    gone = set(told) - {route.name for route in routes}
    report.expect(not gone, f"rows tell of routes that are gone: {sorted(gone)}")
    exports = {route.name for route in routes if route.is_list}
    pages = {
        name
        for name, view in ((r.name, getattr(r.view, "view_class", None)) for r in routes)
        if view is not None and issubclass(view, ListPage)
    }
    report.expect(exports == pages, f"lists without an export row: {sorted(exports ^ pages)}")


def _endpoints(report: Report, routes: list[Route]) -> None:
    """The operations of the OpenAPI description are those of the router."""
    described = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    told = sum(len(methods) for methods in described.values())
    served = sum(len(route.methods) for route in routes if route.is_api)
    report.expect(told == served, f"{told} operations are described, {served} are served")


def _admin_pages(report: Report, rows: list[dict[str, str]]) -> None:
    told = {row["route"] for row in rows}
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        report.expect(name in told, f"{name} has no row")
        report.expect(isinstance(page, Audited), f"what {name} changes leaves no event")


def _jobs(report: Report) -> None:
    told = {row["job"] for row in _table("jobs.csv")}
    for code in sorted(told ^ jobs.codes()):
        report.expect(False, f"the job {code} has a row and no handler, or the other way round")
    report.expect(bool(told), "no job is known")
    app.loader.import_default_modules()
    own = {name for name in app.tasks if not name.startswith("celery.")}
    for name, beat in settings.CELERY_BEAT_SCHEDULE.items():
        report.expect(beat["task"] in own, f"{name} is scheduled and no task")
    for kind in registry.kinds().values():
        report.expect(kind.action in access.actions(), f"the import {kind.code} asks for no declared action")


def _models(report: Report) -> None:
    fortress.load()
    for model in apps.get_models():
        if model.__module__.startswith("apps."):
            label = model._meta.label
            known = model in access.policies() or label in INTERNAL
            report.expect(known, f"{label} has no policy")
    for policy in access.policies().values():
        report.expect(policy.view in access.actions(), f"{policy.model.__name__} asks for {policy.view}")


def _public(report: Report, routes: list[Route]) -> None:
    """Nobody known asks for everything: the way to the log-in, or one of the few public routes."""
    report.expect(len(PUBLIC) <= MOST_PUBLIC, f"{len(PUBLIC)} routes are public")
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    for route in routes:
        answer = client.get(_address(route))
        leads = answer.status_code in (301, 302) and answer["Location"].startswith(WAYS_IN)
        closed = leads or answer.status_code in (401, 405)
        report.expect(closed or route.name in PUBLIC, f"{route.name} answers {answer.status_code} to anybody")


def _address(route: Route) -> str:
    """An address of the route; its shape is enough, rights are asked before objects are looked for."""
    for sample in SAMPLES:
        try:
            return reverse(route.name, kwargs=dict.fromkeys(route.arguments, sample))
        except NoReverseMatch:
            continue
    return reverse(route.name, kwargs={name: SHAPES.get(name, "x") for name in route.arguments})


def _table(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / "contract" / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@contextmanager
def planted() -> Iterator[None]:
    """The defects: a view somebody forgot to guard, one opened unlisted, a job and a model without rows."""

    def show(request: HttpRequest) -> HttpResponse:
        return HttpResponse("everything")

    module: Any = types.ModuleType("planted_urls")
    forgotten = path("planted/forgotten/", show, name="planted-forgotten")
    module.urlpatterns = [
        forgotten,
        path("planted/open/", gate.opened(show, "nobody knows why"), name="planted-open"),
        *urls.urlpatterns,
    ]
    unknown = next(model for model in access.policies() if issubclass(model, models.Model))
    policies = {model: policy for model, policy in access.policies().items() if model is not unknown}
    before = get_urlconf()
    with (
        override_settings(ROOT_URLCONF=module),
        mock.patch.dict(jobs._handlers, {"planted.job": lambda job: None}),
        mock.patch.object(access, "policies", return_value=policies),
    ):
        yield
    clear_url_caches()
    set_urlconf(before)
