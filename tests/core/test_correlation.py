"""One id runs from the request through its jobs into their log lines and audit events."""

from __future__ import annotations

import json
import logging

import pytest

from apps.core import access, correlation, jobs
from apps.core.access import Actor
from apps.core.logging import CorrelationFilter, JsonFormatter
from apps.core.models import Job

GIVEN = "request-0001"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A job that logs a line and tells the id it ran under."""
    ids: list[str] = []

    def listen(job: Job) -> None:
        ids.append(correlation.current.get())
        logging.getLogger("test.job").warning("heard")

    monkeypatch.setitem(jobs._handlers, "test.listen", listen)
    return ids


def lines_of(caplog: pytest.LogCaptureFixture) -> list[dict]:
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def test_a_job_runs_under_the_id_of_the_request_that_asked(db, heard, now, caplog) -> None:
    caplog.handler.addFilter(CorrelationFilter())
    asking = Actor(user_id=None, label="someone", request_id=GIVEN)
    job = jobs.enqueue("test.listen", {}, actor=asking, now=now)
    assert jobs.run(str(job.pk)) is True
    assert heard == [GIVEN]
    assert [(line["message"], line["correlation_id"]) for line in lines_of(caplog)] == [("heard", GIVEN)]
    assert correlation.current.get() == ""


def test_a_job_nobody_asked_for_runs_under_its_own_id(db, heard, now) -> None:
    job = jobs.enqueue("test.listen", {}, actor=access.system("clock"), now=now)
    jobs.run(str(job.pk))
    assert heard == [job.pk.hex]


def test_a_failed_job_logs_its_failure_under_the_id(db, monkeypatch, now, caplog) -> None:
    def fail(job: Job) -> None:
        raise LookupError("planted")

    caplog.handler.addFilter(CorrelationFilter())
    monkeypatch.setitem(jobs._handlers, "test.fail", fail)
    job = jobs.enqueue("test.fail", {}, actor=Actor(None, "someone", request_id=GIVEN), now=now)
    assert jobs.run(str(job.pk)) is False
    (line,) = lines_of(caplog)
    assert (line["message"], line["correlation_id"]) == (f"job {job.pk} failed", GIVEN)
