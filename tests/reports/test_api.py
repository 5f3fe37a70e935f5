"""Reports over the API: begin, send content, send a workbook, submit; once for each key."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.kernel.period import TenDay
from apps.reports.models import Submission, SubmissionVersion
from tests.reports.test_submissions import VALUES, workbook

pytestmark = pytest.mark.django_db


def key() -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": uuid.uuid4().hex}


@pytest.fixture
def begun(api_of, d1_sm) -> tuple[Any, dict[str, Any]]:
    api = api_of(d1_sm)
    body = {"form": "reports.ten_day", "period": str(TenDay.of(timezone.localdate()))}
    answer = api.post("/api/v1/reports/", body, format="json", **key())
    assert answer.status_code == 201
    return api, answer.json()


def test_a_report_goes_from_begin_to_submitted(begun) -> None:
    api, row = begun
    url = f"/api/v1/reports/{row['id']}"
    wrong = {"edition": row["edition"], "values": {**VALUES, "target": "many"}}
    kept = api.put(f"{url}/content/", wrong, format="json", **key()).json()
    assert (kept["errors"], [each["address"] for each in kept["findings"]]) == (1, ["B7", "B8"])
    refused = api.post(f"{url}/submit/", {"edition": kept["edition"]}, format="json", **key())
    assert (refused.status_code, refused.json()["code"]) == (409, "not_valid")
    right = {"edition": kept["edition"], "values": VALUES}
    kept = api.put(f"{url}/content/", right, format="json", **key()).json()
    once = key()
    for _ in range(2):
        done = api.post(f"{url}/submit/", {"edition": kept["edition"]}, format="json", **once)
        assert (done.status_code, done.json()["state"]) == (200, "submitted")
    assert (Submission.objects.get().version, SubmissionVersion.objects.get().source) == (1, "api")


def test_a_workbook_is_sent_and_its_faults_come_back(begun) -> None:
    api, row = begun
    file = SimpleUploadedFile("a.xlsx", workbook(Submission.objects.get(), stock="many"))
    answer = api.post(f"/api/v1/reports/{row['id']}/upload/", {"file": file}, format="multipart", **key())
    assert answer.status_code == 200
    assert [each["address"] for each in answer.json()["findings"]] == ["B15"]


def test_a_stale_edition_is_refused_with_409(begun) -> None:
    api, row = begun
    url = f"/api/v1/reports/{row['id']}/content/"
    assert (
        api.put(url, {"edition": row["edition"], "values": VALUES}, format="json", **key()).status_code == 200
    )
    late = api.put(url, {"edition": row["edition"], "values": {}}, format="json", **key())
    assert (late.status_code, late.json()["code"]) == (409, "stale")


def test_the_declaration_is_the_schema(begun, api_of, d2_gm) -> None:
    api, row = begun
    forms = {each["code"]: each for each in api.get("/api/v1/reports/forms/").json()}
    fields = forms["reports.ten_day"]["sections"][0]["fields"]
    assert fields[2] == {
        "code": "achieved",
        "label": "目标达成率",
        "kind": "percent",
        "unit": "",
        "required": False,
        "formula": "retail / target",
        "choices": [],
    }
    assert api_of(d2_gm).get(f"/api/v1/reports/{row['id']}/content/").status_code == 404
