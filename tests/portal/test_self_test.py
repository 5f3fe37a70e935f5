"""The self-test finds a leak and a crash that are planted, and leaves nothing behind."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session as PlainSession
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from apps.accounts.models import User
from apps.core import reach
from apps.core.models import AuditEvent, Job, SelfTest
from apps.core.roles import Role
from apps.dealers.models import Dealer
from apps.inventory.models import StockUnit
from apps.inventory.views.stock import StockList
from apps.portal.selftest import keeping, routes, walking
from apps.sales.models import RetailDelivery
from apps.sales.views import DeliveryDetail, DeliveryList
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

WALKED = ("sales:delivery-list", "sales:delivery-detail", "inventory:stock-list", "dealers:dealer-list")
EVERY = routes.all_routes


@pytest.fixture(autouse=True)
def short(monkeypatch, network):
    """Four pages, four links of each and three roles instead of all."""
    links = walking._links
    monkeypatch.setattr(walking, "_links", lambda answer: list(links(answer))[-4:])
    monkeypatch.setattr(routes, "all_routes", lambda: [each for each in EVERY() if each.name in WALKED])
    monkeypatch.setattr(
        walking, "Role", (Role.HQ_OPERATIONS, Role.PROVINCE_MANAGER, Role.DEALER_SALES), raising=True
    )


@pytest.fixture
def one_wall(monkeypatch):
    """The data base shows everything, so that what the product forgets can be seen."""
    monkeypatch.setattr(reach, "become", lambda actor, **_: None)


def test_a_product_without_holes_has_no_problems():
    found = walking.walk(now=NOW)
    assert found.problems == []
    assert found.roles == 3
    assert found.requests > 20
    assert len(found.slowest) == walking.SLOWEST_TOLD


def test_nothing_of_the_walk_stays():
    models = (Dealer, User, RetailDelivery, StockUnit, AuditEvent, PlainSession)
    before = [model.objects.count() for model in models]
    walking.walk(now=NOW)
    assert [model.objects.count() for model in models] == before


def test_a_list_without_its_scope_is_found(monkeypatch, one_wall):
    everybodys = staticmethod(lambda *, actor: RetailDelivery.objects.select_related("dealer", "model"))
    monkeypatch.setattr(DeliveryList, "query", everybodys)
    problems = walking.walk(now=NOW).problems
    assert {problem.split(" ")[0] for problem in problems} == {"province_manager:", "dealer_sales:"}
    assert all("/sales/" in problem and "another dealer" in problem for problem in problems)


def test_a_list_without_its_scope_is_empty_behind_the_second_wall(monkeypatch):
    everybodys = staticmethod(lambda *, actor: RetailDelivery.objects.select_related("dealer", "model"))
    monkeypatch.setattr(DeliveryList, "query", everybodys)
    assert walking.walk(now=NOW).problems == []


def test_a_page_that_opens_for_anybody_is_found(monkeypatch, one_wall):
    everybodys = staticmethod(lambda *, actor: RetailDelivery.objects.select_related("dealer", "model"))
    monkeypatch.setattr(DeliveryDetail, "query", everybodys)
    problems = walking.walk(now=NOW).problems
    assert any("sales:delivery-detail answers 200 for an object of another" in each for each in problems)


def test_a_crash_is_found(monkeypatch):
    def crash(self: StockList, request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    monkeypatch.setattr(StockList, "get", crash)
    problems = walking.walk(now=NOW).problems
    assert "dealer_sales: /inventory/stock/ answers 500" in problems or any(
        "500" in each for each in problems
    )


def test_a_walk_that_sees_nothing_says_so(monkeypatch):
    def nobodys(*, actor: object) -> QuerySet[RetailDelivery]:
        return RetailDelivery.objects.none()

    monkeypatch.setattr(routes, "all_routes", lambda: [each for each in EVERY() if each.name == WALKED[0]])
    monkeypatch.setattr(DeliveryList, "query", staticmethod(nobodys))
    monkeypatch.setattr(walking, "_links", lambda answer: iter(()))
    assert any("seen nowhere" in problem for problem in walking.walk(now=NOW).problems)


def test_the_job_records_what_was_found(run_jobs):
    keeping.ask(actor=walking.Actor(user_id=None, label="test"), now=NOW)
    assert run_jobs() == 1
    row = SelfTest.objects.get()
    assert (row.role_count, row.problems) == (3, [])
    assert Job.objects.get().result == {"self_test": row.pk, "problems": 0}


def test_every_page_that_can_be_opened_is_walked():
    names = {route.name for route in EVERY()}
    assert {"portal:home", "portal:search", "dealers:dealer-detail", "delivery-list", "core:file"} <= names
    assert not {name for name in names if name.startswith(("admin:", "healthz"))}
    assert len(names) > 80
