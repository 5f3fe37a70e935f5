"""What is refused changes nothing, and is kept in the audit trail whatever became of the request."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core import access, chain, jobs, reach, refusals
from apps.core.errors import DomainError
from apps.core.kit import pages
from apps.core.models import AuditEvent, Job, Refusal
from apps.core.refusals import Attempt
from apps.core.roles import Role
from apps.core.wall import WEB
from apps.dealers import services as dealers
from apps.dealers.models import Dealer
from apps.sales.models import RetailDelivery
from apps.vehicles.models import Brand
from tests.conftest import NOW
from tests.factories import network as factory

pytestmark = pytest.mark.django_db


def kept() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=refusals.ACTION).order_by("pk"))


def only() -> AuditEvent:
    (event,) = kept()
    return event


def codes(dealer: Dealer) -> str:
    return Dealer.objects.get(pk=dealer.pk).short_name


def test_a_page_that_refuses_leaves_one_event_and_nothing_else(network, d1_sm, client_of) -> None:
    url = reverse("dealers:dealer-change", args=[network.d1.pk])
    answer = client_of(d1_sm).post(url, {"short_name": "改名"})
    assert (answer.status_code, codes(network.d1)) == (403, "")
    event = only()
    assert (event.actor_label, event.actor_dealers, event.dealer_id) == (
        "d1_sm",
        [network.d1.pk],
        network.d1.pk,
    )
    assert event.request_id == answer["X-Request-ID"]
    assert event.after == {
        "address": f"POST {url}",
        "told": "您的角色没有此操作权限。",
        "asked": "新建与修改经销商",
        "times": 1,
        "code": "forbidden",
    }


def test_the_api_and_its_rules_too(network, hq_admin, d1_gm, api_of) -> None:
    sold = RetailDelivery.objects.count()
    assert api_of(d1_gm).post("/api/v1/dealers/D001/close/", {}, format="json").status_code == 403
    assert only().after["address"] == "POST /api/v1/dealers/D001/close/"
    again = {"reason": "重新开业", "on": "2026-07-01"}
    answer = api_of(hq_admin).post(
        "/api/v1/dealers/D001/reopen/", again, format="json", headers={"Idempotency-Key": "k" * 8}
    )
    assert answer.status_code == 409
    event = kept()[1]
    assert (event.actor_label, event.after["code"]) == ("hq_admin", answer.json()["code"])
    assert event.after["told"] == answer.json()["message"]
    assert RetailDelivery.objects.count() == sold


def test_an_object_out_of_reach_is_told_as_such_and_as_one_that_does_not_exist(
    network, d1_gm, client_of
) -> None:
    client = client_of(d1_gm)
    for pk in (network.d4.pk, 999_999):
        assert client.get(reverse("dealers:dealer-detail", args=[pk])).status_code == 404
    assert [event.after["code"] for event in kept()] == ["not_found", "not_found"]
    assert {event.object_type for event in kept()} == {"core.refusal"}
    assert client.get("/no/such/address/").status_code == 404
    assert len(kept()) == 2


def test_the_configuration_site_too(network, hq_ops, client_of) -> None:
    client = client_of(hq_ops)
    assert client.post("/admin/vehicles/brand/add/", {"name": "牌"}).status_code == 302
    assert only().after["address"] == "POST /admin/vehicles/brand/add/"
    User.objects.filter(pk=hq_ops.pk).update(is_staff=True)
    assert client.post("/admin/vehicles/brand/add/", {"name": "牌"}).status_code == 403
    assert Refusal.objects.get().times == 2
    assert not Brand.objects.exists()


def test_a_null_byte_in_an_address_is_told_as_it_was_sent(network, d1_gm, client_of) -> None:
    assert client_of(d1_gm).get("/dealer/D0%0001/").status_code == 404
    assert only().after["address"] == "GET /dealer/D0%0001/"


def test_nobody_known_and_nothing_refused_leave_nothing(network, hq_admin, client_of) -> None:
    for url in ("/dealers/", f"/dealers/{network.d1.pk}/", "/api/v1/dealers/"):
        assert Client().get(url).status_code in (302, 401)
        assert client_of(hq_admin).get(url).status_code == 200
    assert client_of(hq_admin).post("/dealers/new/", {}).status_code == 422  # a field left empty
    assert not Refusal.objects.exists() and not kept()


def test_who_looks_through_another_s_eyes_is_named(network, hq_ops, d1_gm, client_of) -> None:
    client = client_of(hq_ops)
    with time_machine.travel(NOW, tick=False):
        client.post(f"/accounts/view-as/{d1_gm.pk}/", {"reason": "工单"})
        assert client.post("/sales/new/").status_code == 403
    assert (only().actor_id, only().actor_label) == (hq_ops.pk, "hq_ops")


@pytest.fixture
def half_done(monkeypatch):
    """The service of a page changes the dealer and fails afterwards, as it is told to."""

    def plant(error: Exception) -> None:
        def create(*, dealer: Dealer, **given: object) -> None:
            Dealer.objects.filter(pk=dealer.pk).update(short_name="半途")
            raise error

        monkeypatch.setattr(dealers, "create_outlet", create)

    return plant


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "status"),
    [(PermissionDenied(), 403), (DomainError("month_shut", "已关账"), 500), (RuntimeError(), 500)],
)
def test_a_refusal_outlives_the_rollback_of_its_request(
    network, hq_admin, monkeypatch, half_done, error: Exception, status: int
) -> None:
    """The view wrote, then refused; or the page broke while telling of a refusal: all is rolled back."""

    def broken(form: object, problem: DomainError) -> None:
        raise RuntimeError("the page breaks")

    half_done(error)
    monkeypatch.setattr(pages, "add_domain_error", broken)
    client = Client(raise_request_exception=False)
    client.force_login(hq_admin)
    outlet = {"code": "O1", "name": "分店", "store_type": "city_showroom"}
    answer = client.post(reverse("dealers:outlet-create", args=[network.d1.pk]), outlet)
    assert (answer.status_code, codes(network.d1)) == (status, "")
    refused = not isinstance(error, RuntimeError)
    assert [event.request_id for event in kept()] == ([answer["X-Request-ID"]] if refused else [])
    verdict = chain.verify()
    assert verdict.intact and verdict.events == AuditEvent.objects.count()


def test_a_refused_job_is_undone_and_told(network, d1_gm, actor_of, monkeypatch, run_jobs) -> None:
    def act(job: Job) -> None:
        Dealer.objects.filter(pk=network.d1.pk).update(short_name="半途")
        raise PermissionDenied

    monkeypatch.setitem(jobs._handlers, "dealers.follow_calendar", act)
    for actor in (actor_of(d1_gm), access.system("nightly")):
        asked = jobs.enqueue("dealers.follow_calendar", {}, actor=actor, now=NOW)
        assert not jobs.run(str(asked.pk))
    assert codes(network.d1) == ""
    assert (only().actor_label, only().after["address"]) == ("d1_gm", "JOB dealers.follow_calendar")


def test_identical_refusals_are_one_event_until_they_are_many(network, d1_sm, client_of) -> None:
    client, url = client_of(d1_sm), reverse("dealers:dealer-change", args=[network.d1.pk])
    with time_machine.travel(NOW, tick=False) as clock:
        for _each in range(25):
            assert client.get(url).status_code == 403
        assert [event.after["times"] for event in kept()] == [1, 10]
        assert Refusal.objects.get().times == 25
        clock.shift(timedelta(hours=1))
        client.get(url)
    assert [event.after["times"] for event in kept()] == [1, 10, 1]


def test_a_row_of_tried_numbers_does_not_flood_the_trail(network, d1_gm, client_of) -> None:
    client = client_of(d1_gm)
    with time_machine.travel(NOW, tick=False):
        for pk in range(900_000, 900_000 + 110):
            client.get(reverse("dealers:dealer-detail", args=[pk]))
    assert len(kept()) == refusals.PLACES + 1
    assert kept()[-1].after["times"] == 100
    assert len(Refusal.objects.get().places) == refusals.PLACES


def test_one_person_fills_the_trail_with_so_much_an_hour(network, d1_gm, actor_of, monkeypatch) -> None:
    monkeypatch.setattr(refusals, "MOST", 5)
    actor = actor_of(d1_gm)
    told = [
        refusals.record(Attempt("GET", f"r{nth}", f"/r{nth}", "forbidden", ""), actor=actor, now=NOW)
        for nth in range(9)
    ]
    assert told == [True] * 5 + [False] * 4
    other = factory.persona("other", Role.DEALER_SALES, dealer=network.d2)
    again = Attempt("GET", "r0", "/r0", "forbidden", "")
    assert refusals.record(again, actor=actor_of(other), now=NOW)


def test_personal_numbers_in_addresses_are_masked(network, d1_gm, actor_of) -> None:
    attempt = Attempt("GET", "r", "/x/13812345678/", "forbidden", "电话 13812345678")
    refusals.record(attempt, actor=actor_of(d1_gm), now=NOW)
    assert "13812345678" not in str(only().after) + str(Refusal.objects.get().places)


def test_the_web_role_adds_to_the_trail_and_takes_nothing_back(network, d1_gm, actor_of) -> None:
    attempt = Attempt("GET", "r", "/r", "forbidden", "")
    with reach.one_transaction():
        reach.become(actor_of(d1_gm))
        refusals.record(attempt, actor=actor_of(d1_gm), now=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (WEB,)

    def take_back() -> None:
        with reach.one_transaction():
            reach.become(actor_of(d1_gm))
            AuditEvent.objects.filter(action=refusals.ACTION)._raw_delete("default")

    with pytest.raises(DatabaseError):
        take_back()


def test_an_answer_stands_when_its_refusal_cannot_be_kept(
    network, d1_sm, client_of, monkeypatch, caplog
) -> None:
    def broken(*given: object, **options: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(refusals, "record", broken)
    answer = client_of(d1_sm).get(reverse("dealers:dealer-change", args=[network.d1.pk]))
    assert answer.status_code == 403
    assert "a refusal could not be recorded" in caplog.text


def test_the_trail_shows_refusals_alone(network, hq_admin, d1_sm, client_of) -> None:
    client_of(d1_sm).get(reverse("dealers:dealer-change", args=[network.d1.pk]))
    page = client_of(hq_admin).get("/audit/")
    assert f"?action={refusals.ACTION}" in page.content.decode()
    shown = client_of(hq_admin).get("/audit/", {"action": refusals.ACTION}).content.decode()
    assert "操作被拒绝" in shown and "d1_sm" in shown
    for other in ("core.upload_import", "accounts.log_in"):
        assert "d1_sm" not in client_of(hq_admin).get("/audit/", {"action": other}).content.decode()
    one = client_of(hq_admin).get(reverse("core:audit-detail", args=[only().pk])).content.decode()
    assert "本小时内次数" in one and "新建与修改经销商" in one
    assert client_of(d1_sm).get("/audit/", {"action": refusals.ACTION}).status_code == 403
