"""Nothing exists without an answer to "who may": every model, action, page, endpoint, job and export."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.db.models import Model

from apps.closing.policies import RUN
from apps.core import access, gate, jobs
from apps.core.access import Ownership
from apps.core.imports import registry as imports
from apps.core.kit import menu
from apps.core.roles import Role
from tests.architecture.source import modules
from tests.contract.routes import all_routes

INTERNAL = {
    "core.AuditAnchor": "hashes only, read by the check of the trail",
    "core.AuditBlock": "hashes only, written by the data base, read by the check of the trail",
    "accounts.Throttle": "counts failed log-ins under hashed names; read by the door only",
    "core.Refusal": "counts what somebody was refused, so that the trail stays short; read by nobody",
    "core.IdempotentRequest": "receipts of one actor's own requests, never listed",
}
"""Models that nobody lists or opens by themselves, each with the reason."""

OPEN_VIEWS = {
    "accounts:forgotten": "before the door",
    "accounts:link": "before the door; opened by a signed link",
    "accounts:login": "the door itself",
    "accounts:login-code": "between password and session",
    "accounts:login-enrol": "between password and session",
    "accounts:login-password": "between password and session",
    "accounts:logout": "leaves",
    "admin-login": "leads to the door",
    "admin-password": "leads to one's own password",
    "healthz-live": "tells that the process lives",
    "healthz-ready": "tells that its servers answer",
    "javascript-catalog": "texts of the language",
    "reports:feed-read": "for calendar programs; opened by a signed personal address",
    "set_language": "keeps a choice in a cookie",
    "api-docs": "asks for a log-in by its permission class",
    "api-schema": "asks for a log-in by its permission class",
}
"""Routes that ask for no right, each opened on purpose where it stands."""


for config in apps.get_app_configs():
    if config.name.startswith("apps.") and find_spec(f"{config.name}.policies"):
        import_module(f"{config.name}.policies")


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("apps.")]


def test_every_model_has_a_policy() -> None:
    classified = set(access.policies())
    missing = {model._meta.label for model in own_models() if model not in classified}
    assert missing == set(INTERNAL)


def test_a_policy_names_fields_that_exist() -> None:
    """A misspelt owner would be found by the first foreign request only."""
    for model, policy in access.policies().items():
        path = {
            Ownership.DEALER: policy.dealer,
            Ownership.UNIT: policy.unit,
            Ownership.PERSONAL: policy.person,
        }.get(policy.ownership)
        if path is not None and type(policy) is access.Policy:
            assert model._default_manager.filter(**{f"{path}__in": [0]}).query is not None, model


def test_every_policy_asks_for_a_declared_action() -> None:
    declared = access.actions()
    assert {policy.view for policy in access.policies().values()} <= set(declared)


@pytest.mark.parametrize("code", sorted(access.actions()))
def test_an_action_is_named_granted_and_asked_for(code: str) -> None:
    action = access.actions()[code]
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", code)
    assert action.roles
    assert action.roles <= set(Role)
    app = code.partition(".")[0]
    assert apps.is_installed(f"apps.{app}")
    constants = {
        f"{module.name}:{name}"
        for module in modules()
        for name in re.findall(rf'^(\w+) = declare\(\s*"{re.escape(code)}"', module.text, re.MULTILINE)
    }
    assert len(constants) == 1
    name = constants.pop().partition(":")[2]
    uses = sum(
        len(re.findall(rf"\b(?:\w+\.)?{name}\b", module.text))
        for module in modules()
        if module.app == app or "policies" in module.text
    )
    assert uses > 1, f"{code} is declared but nobody asks for it"


def test_only_operators_may_close_months() -> None:
    assert access.actions()[RUN].roles == {Role.HQ_ADMIN, Role.HQ_OPERATIONS}


def test_every_page_and_endpoint_names_its_action() -> None:
    assert {route.name: route.fault for route in gate.routes() if route.fault} == {}


def test_the_routes_opened_on_purpose_are_known() -> None:
    assert {route.name for route in gate.routes() if route.open_because} == set(OPEN_VIEWS)
    assert {route.name for route in all_routes()} - {route.name for route in gate.routes()} == set()


def test_every_menu_entry_leads_to_a_page_that_asks_for_its_action() -> None:
    pages = {route.name: getattr(route.view, "view_class", None) for route in all_routes()}
    wrong = [item for item in menu._items if getattr(pages[item.url_name], "action", None) != item.action]
    assert not wrong


def test_every_import_asks_for_a_declared_action() -> None:
    kinds = imports.kinds() if callable(getattr(imports, "kinds", None)) else imports._kinds
    assert {kind.action for kind in kinds.values()} <= set(access.actions())


def test_jobs_are_named_by_their_app() -> None:
    assert {code.partition(".")[0] for code in jobs.codes()} <= {
        config.label for config in apps.get_app_configs()
    }
