"""Months are computed, closed, watched and reopened on pages and by the API."""

from __future__ import annotations

import pytest
import time_machine

from apps.closing import runner, services
from apps.closing.models import Run
from apps.core import access
from apps.core.errors import DomainError
from apps.core.models import Job
from apps.metrics import services as metrics
from apps.metrics.models import MonthRevision
from apps.periods import queries as periods
from apps.periods.rules import MonthState
from tests.closing.conftest import MAY
from tests.metrics.store import JUNE, fact

SYSTEM = access.system("test")


@pytest.fixture(autouse=True)
def _today(now):
    with time_machine.travel(now, tick=True):
        yield


@pytest.fixture
def browser(client_of):
    """A logged-in browser that reads English."""

    def open_for(user):
        client = client_of(user)
        client.cookies["django_language"] = "en"
        return client

    return open_for


def text(response) -> str:
    return response.content.decode()


def test_months_with_their_states_and_actions(june, now, browser, hq_ops, hq_admin, executive) -> None:
    listed = text(browser(hq_ops).get("/closing/"))
    assert listed.index("2026-07") < listed.index("2026-06") < listed.index("2026-05")
    assert "/closing/months/2026-06/close/" in listed
    assert "/closing/months/2026-07/compute/" in listed
    assert "/closing/months/2026-07/close/" not in listed, "July is not over"
    seen = text(browser(executive).get("/closing/"))
    assert "2026-06" in seen
    assert "/close/" not in seen
    runner.work_through(services.close_month(month=JUNE, actor=SYSTEM, now=now), pause=0)
    assert "/closing/months/2026-06/reopen/" in text(browser(hq_admin).get("/closing/"))
    assert "/closing/months/2026-06/reopen/" not in text(browser(hq_ops).get("/closing/"))


def test_closing_on_the_page_with_its_checklist_and_progress(june, browser, hq_ops, run_jobs) -> None:
    client = browser(hq_ops)
    asked = text(client.get("/closing/months/2026-06/close/"))
    assert "2 reported, 0 nil, of 5 dealers" in asked
    assert "3 missing" in asked
    assert "/metrics/feeds/?period=2026-06&amp;lacking=test.stock" in asked
    started = client.post("/closing/months/2026-06/close/")
    run = Run.objects.get()
    assert (started.status_code, started["Location"]) == (302, f"/closing/runs/{run.pk}/")
    watching = text(client.get(f"/closing/runs/{run.pk}/"))
    assert f'hx-get="/closing/runs/{run.pk}/progress/"' in watching
    assert "0 / " in watching
    run_jobs()
    done = text(client.get(f"/closing/runs/{run.pk}/progress/"))
    run.refresh_from_db()
    assert "hx-get" not in done
    assert run.result_hash in done
    assert "<!doctype" not in done
    assert "Compute KPIs" in done
    month = text(client.get("/closing/months/2026-06/"))
    assert run.result_hash in month
    assert periods.state_of(JUNE) is MonthState.CLOSED


def test_a_failure_is_shown_and_retried(june, now, browser, hq_ops, monkeypatch, run_jobs) -> None:
    def broken(**_: object) -> int:
        raise DomainError("broken", "out of order")

    client = browser(hq_ops)
    run = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    with monkeypatch.context() as patch:
        patch.setattr(metrics, "reduce_units", broken)
        runner.work_through(run, pause=0)
    shown = text(client.get(f"/closing/runs/{run.pk}/"))
    assert "out of order" in shown
    assert "/progress/" not in shown
    assert client.post(f"/closing/runs/{run.pk}/retry/").status_code == 302
    run_jobs()
    run.refresh_from_db()
    assert run.status == "done"


def test_ending_a_run_opens_the_month(june, now, browser, hq_ops) -> None:
    run = services.close_month(month=JUNE, actor=SYSTEM, now=now)
    client = browser(hq_ops)
    assert "End this run?" in text(client.get(f"/closing/runs/{run.pk}/cancel/"))
    assert client.post(f"/closing/runs/{run.pk}/cancel/").status_code == 302
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert periods.state_of(JUNE) is MonthState.OPEN


def test_reopening_asks_for_a_reason(june, now, browser, hq_admin, hq_ops) -> None:
    runner.work_through(services.close_month(month=JUNE, actor=SYSTEM, now=now), pause=0)
    client = browser(hq_admin)
    assert client.post("/closing/months/2026-06/reopen/", {"reason": ""}).status_code == 422
    assert browser(hq_ops).post("/closing/months/2026-06/reopen/", {"reason": "x"}).status_code == 403
    assert periods.state_of(JUNE) is MonthState.CLOSED
    assert client.post("/closing/months/2026-06/reopen/", {"reason": "a late sheet"}).status_code == 302
    assert periods.state_of(JUNE) is MonthState.OPEN
    assert list(MonthRevision.objects.order_by("revision").values_list("revision", "reason")) == [
        (1, ""),
        (2, "a late sheet"),
    ]
    again = client.post("/closing/months/2026-06/reopen/", {"reason": "again"})
    assert again.status_code == 422
    assert "2026-06 is not closed." in text(again)


def test_refusals_of_a_close_are_shown(june, browser, hq_ops) -> None:
    refused = browser(hq_ops).post("/closing/months/2026-07/close/")
    assert refused.status_code == 409
    assert "2026-07 is not over yet." in text(refused)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "/closing/",
        "/closing/months/2026-06/",
        "/closing/months/2026-06/close/",
        "/closing/months/2026-06/compute/",
        "/closing/months/2026-06/reopen/",
        "/closing/runs/1/",
        "/closing/runs/1/progress/",
        "/closing/runs/1/cancel/",
    ],
)
def test_dealers_have_no_part_in_it(june, browser, d1_gm, url) -> None:
    client = browser(d1_gm)
    assert client.get(url).status_code == 403
    assert client.post(url).status_code == 403
    assert not Run.objects.exists()


@pytest.mark.parametrize("url", ["/closing/months/2026-13/", "/closing/months/2031-01/", "/closing/runs/99/"])
def test_unknown_months_and_runs(june, browser, hq_ops, url) -> None:
    assert browser(hq_ops).get(url).status_code == 404


def test_a_close_by_api_has_one_run(june, api_of, hq_ops, run_jobs) -> None:
    client = api_of(hq_ops)
    body = {"period": "2026-06"}
    first = client.post("/api/v1/closings/", body, format="json", HTTP_IDEMPOTENCY_KEY="close-2026-06")
    again = client.post("/api/v1/closings/", body, format="json", HTTP_IDEMPOTENCY_KEY="close-2026-06")
    other = client.post("/api/v1/closings/", body, format="json", HTTP_IDEMPOTENCY_KEY="close-2026-06-b")
    run = Run.objects.get()
    expected = {
        "id": run.pk,
        "period": "2026-06",
        "kind": "close",
        "status": "running",
        "url": f"/api/v1/closings/{run.pk}/",
    }
    assert [answer.status_code for answer in (first, again, other)] == [202, 202, 202]
    assert [answer.json() for answer in (first, again, other)] == [expected] * 3
    run_jobs()
    shown = client.get(expected["url"]).json()
    assert (shown["status"], shown["steps_done"], shown["steps_failed"]) == ("done", shown["steps_total"], 0)
    assert len(shown["result_hash"]) == 64
    listed = client.get("/api/v1/closings/?period=2026-06&kind=close").json()
    assert [row["id"] for row in listed["results"]] == [run.pk]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"period": "2026-6"}, 400),
        ({}, 400),
        ({"period": "2026-07"}, 409),
        ({"period": "2026-08", "interim": True}, 409),
    ],
)
def test_refused_closes_by_api(june, api_of, hq_ops, body, status) -> None:
    answer = api_of(hq_ops).post(
        "/api/v1/closings/", body, format="json", HTTP_IDEMPOTENCY_KEY="close-refused"
    )
    assert answer.status_code == status
    assert not Run.objects.exists()
    assert not Job.objects.exists()


def test_field_and_dealers_cannot_close_by_api(june, api_of, am_1, d1_gm, executive) -> None:
    for user in (am_1, d1_gm, executive):
        answer = api_of(user).post(
            "/api/v1/closings/", {"period": "2026-06"}, format="json", HTTP_IDEMPOTENCY_KEY="close-2026-06"
        )
        assert answer.status_code == 403
    assert api_of(d1_gm).get("/api/v1/closings/").status_code == 403
    assert not Run.objects.exists()


def test_an_earlier_open_month_is_named(june, now, browser, hq_ops) -> None:
    fact("sold", june.d1, MAY, "1", now)
    runner.work_through(services.close_month(month=MAY, actor=SYSTEM, now=now, freeze=False), pause=0)
    asked = text(browser(hq_ops).get("/closing/months/2026-06/close/"))
    assert "Earlier months are not closed" in asked
    assert "/closing/months/2026-05/" in asked
