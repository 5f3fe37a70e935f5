"""The operations page: what needs attention, who may look, what may be done about failed jobs."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from apps.core import access, jobs
from apps.core.models import AuditEvent, Backup, Job, SelfTest, TrailCheck
from apps.core.operations import workers
from apps.portal.operations import overview
from apps.portal.selftest import keeping as self_tests

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def answers(monkeypatch) -> list[str]:
    """Who answers the call for workers."""
    names = ["celery@one"]
    cache.delete("operations:workers")
    monkeypatch.setattr(workers, "answering", lambda: names)
    monkeypatch.setattr(workers, "scheduler_seen_at", timezone.now)
    return names


@pytest.fixture
def page(client_of, hq_admin):
    client = client_of(hq_admin)

    def read() -> str:
        return client.get("/operations/", headers={"accept-language": "en"}).content.decode()

    return read


def job(status: str = "failed", code: str = "core.backup", **fields: object) -> Job:
    now = timezone.now()
    given = {"due_at": now, "created_at": now, "actor_label": "somebody"} | fields
    return Job.objects.create(code=code, status=status, **given)


def backup(hours: int, *, problems: tuple[str, ...] = ()) -> Backup:
    taken = timezone.now() - timedelta(hours=hours)
    return Backup.objects.create(
        name=f"b{hours}",
        taken_at=taken,
        table_count=1,
        row_count=4711,
        file_count=2,
        size=1_500_000,
        verified_at=taken,
        problems=list(problems),
    )


def self_test(hours: int, *problems: str) -> SelfTest:
    at = timezone.now() - timedelta(hours=hours)
    return SelfTest.objects.create(
        started_at=at, finished_at=at, role_count=14, request_count=900, problems=list(problems)
    )


def trail_check(hours: int, *problems: str) -> TrailCheck:
    at = timezone.now() - timedelta(hours=hours)
    numbers = {"last_block": 9, "event_count": 12345, "anchor_count": 96}
    return TrailCheck.objects.create(started_at=at, finished_at=at, problems=list(problems), **numbers)


def test_all_is_well(page, monkeypatch):
    monkeypatch.setattr(overview, "_feeds", lambda actor, month, now: [])
    backup(8)
    self_test(6)
    trail_check(7)
    text = page()
    assert "All is well" in text
    assert "4,711" in text
    assert "14 roles, 900 pages" in text
    assert "celery@one" in text
    assert "12,345 events, compared with 96 anchors" in text


def test_what_is_wrong_stands_first(page, answers):
    answers.clear()
    job(error="ValueError: no such thing\nTraceback", attempts=5, finished_at=timezone.now())
    job("queued", due_at=timezone.now() - timedelta(minutes=3))
    backup(40)
    backup(1, problems=("table core_job: 3 became 2",))
    self_test(2, "dealer_sales: /sales/ answers 500")
    trail_check(2, "event_changed: block 2")
    text = page()
    for said in (
        "No worker answers",
        "Jobs failed and were given up: 1",
        "Jobs wait longer than a minute",
        "older than 36 hours",
        "not equal to its snapshot",
        "self-test found problems",
        "The audit trail is broken",
        "event_changed: block 2",
        "table core_job: 3 became 2",
        "ValueError: no such thing",
    ):
        assert said in text, said
    assert "Traceback" not in text
    assert "All is well" not in text


def test_nothing_yet_is_told_as_nothing(page):
    text = page()
    assert "There is no verified backup" in text
    assert "It has not run yet" in text
    assert "The audit trail was not checked last night" in text


def test_the_moving_part_is_the_same_without_the_frame(client_of, hq_admin):
    text = client_of(hq_admin).get("/operations/live/").content.decode()
    assert 'id="operations"' in text
    assert "<html" not in text


@pytest.mark.parametrize("name", ["hq_ops", "executive", "d1_gm"])
def test_only_administrators_look(client_of, api_of, cast, name):
    failed = job()
    client, api = client_of(cast[name]), api_of(cast[name])
    for address in ("/operations/", "/operations/jobs/", "/operations/backups/", "/operations/self-test/"):
        assert client.get(address).status_code == 403
    assert client.post(reverse("core:job-retry", args=[failed.pk])).status_code == 403
    assert api.get("/api/v1/operations/").status_code == 403
    failed.refresh_from_db()
    assert (failed.status, Job.objects.count()) == ("failed", 1)


def test_a_failed_job_is_done_again_and_that_is_recorded(client_of, hq_admin):
    failed = job(attempts=5, finished_at=timezone.now(), error="ValueError: x")
    client = client_of(hq_admin)
    assert client.get(reverse("core:job-retry", args=[failed.pk])).status_code == 200
    answer = client.post(reverse("core:job-retry", args=[failed.pk]))
    assert answer["Location"] == reverse("core:job-detail", args=[failed.pk])
    failed.refresh_from_db()
    assert (failed.status, failed.attempts, failed.finished_at) == ("queued", 0, None)
    event = AuditEvent.objects.get(action="core.retry_job")
    assert (event.actor_id, event.before) == (hq_admin.pk, {"status": "failed", "attempts": 5})
    assert client.post(reverse("core:job-retry", args=[failed.pk])).status_code == 409
    assert AuditEvent.objects.filter(action="core.retry_job").count() == 1


def test_a_waiting_job_is_cancelled_and_not_done(client_of, hq_admin, run_jobs):
    waiting = job("queued")
    assert client_of(hq_admin).post(reverse("core:job-cancel", args=[waiting.pk])).status_code == 302
    assert run_jobs() == 0
    assert not jobs.run(str(waiting.pk))
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    assert AuditEvent.objects.get(action="core.cancel_job").after == {"status": "cancelled"}


@pytest.mark.parametrize(("status", "code"), [("done", "core.backup"), ("failed", "closing.run_step")])
def test_what_has_ended_or_is_waited_for_is_not_cancelled(client_of, hq_admin, status, code):
    kept = job(status, code)
    assert client_of(hq_admin).post(reverse("core:job-cancel", args=[kept.pk])).status_code == 409
    kept.refresh_from_db()
    assert kept.status == status
    assert not AuditEvent.objects.filter(action="core.cancel_job").exists()


def test_the_page_of_a_job_shows_all_of_its_error(client_of, hq_admin):
    failed = job(error="ValueError: x\nline two", args={"step": 7})
    text = client_of(hq_admin).get(reverse("core:job-detail", args=[failed.pk])).content.decode()
    assert "line two" in text
    assert "&quot;step&quot;: 7" in text


def test_the_api_tells_and_steers(api_of, hq_admin):
    backup(1)
    self_test(1)
    trail_check(1)
    failed = job(error="ValueError: x", attempts=5)
    api = api_of(hq_admin)
    told = api.get("/api/v1/operations/").json()
    assert told["jobs"]["failed"] == 1
    assert [concern["level"] for concern in told["concerns"]] == ["red", "amber"]
    assert set(told["late_feeds"]) == {"inventory.stock", "sales.retail"}
    assert told["backup"] == {"name": "b1", "problems": []}
    assert (told["audit_trail"]["events"], told["audit_trail"]["problems"]) == (12345, [])
    listed = api.get("/api/v1/jobs/", {"status": "failed"}).json()["results"]
    assert [(row["id"], row["error"]) for row in listed] == [(str(failed.pk), "ValueError: x")]
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    for _repeat in range(2):
        answer = api.post(f"/api/v1/jobs/{failed.pk}/retry/", **key)
        assert (answer.status_code, answer.json()["status"]) == (200, "queued")
    assert AuditEvent.objects.filter(action="core.retry_job").count() == 1


@pytest.mark.parametrize(
    ("address", "code"),
    [("/operations/backups/new/", "core.backup"), ("/operations/self-test/new/", "portal.self_test")],
)
def test_a_backup_and_a_self_test_can_be_asked_for_once(client_of, hq_admin, address, code):
    client = client_of(hq_admin)
    assert client.get(address).status_code == 200
    first, second = (client.post(address)["Location"] for _twice in range(2))
    assert first == second
    assert Job.objects.get().code == code


def test_two_schedulers_ask_once():
    actor, now = access.system("nightly"), timezone.now()
    assert self_tests.ask(actor=actor, now=now) == self_tests.ask(actor=actor, now=now)
