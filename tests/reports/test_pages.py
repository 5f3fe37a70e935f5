"""The pages of reports: what people open, type, upload and decide; nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.accounts import queries as accounts
from apps.kernel.period import TenDay
from apps.reports import report_forms
from apps.reports.models import Submission
from apps.reports.queries import submissions as queries
from apps.reports.rules.states import State
from apps.reports.services import submissions as services
from apps.work.models import Approval
from tests.reports.test_submissions import VALUES, workbook

pytestmark = pytest.mark.django_db

FORM = report_forms.TEN_DAYS


@pytest.fixture
def report(d1_sm) -> Submission:
    """A ten-day report of the running period, begun today."""
    now = timezone.now()
    actor = accounts.actor_for(d1_sm, on=timezone.localdate())
    (place,) = queries.places(FORM, actor=actor, on=timezone.localdate())
    period = TenDay.of(timezone.localdate())
    return services.begin(form=FORM, place=place, period=period, actor=actor, now=now)


def url(report: Submission, what: str = "") -> str:
    return f"/reports/forms/{report.pk}/{what}"


def decision(report: Submission) -> str:
    """Where the decision about a report that waits is sent."""
    return reverse("work:approval-decide", args=[Approval.objects.get(target_id=report.pk).pk])


def post(client: Any, report: Submission, *, fetched: bool = False, **changes: Any) -> Any:
    report.refresh_from_db()
    body = {f"v:{code}": text for code, text in VALUES.items()}
    body |= {"edition": report.edition} | changes
    return client.post(url(report, "save/"), body, headers={"X-Requested-With": "fetch"} if fetched else {})


def test_a_report_is_begun_from_the_list_of_forms(client_of, d1_sm, d1_fin) -> None:
    browser = client_of(d1_sm)
    page = browser.get("/reports/forms/new/")
    assert page.status_code == 200
    period = str(TenDay.of(timezone.localdate()))
    answer = browser.post("/reports/forms/new/", {"form": FORM.code, "place": "0", "period": period})
    row = Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url(row))
    assert browser.post("/reports/forms/new/", {"form": "no.form"}).status_code == 404
    assert client_of(d1_fin).post("/reports/forms/new/", {"form": FORM.code}).status_code == 404
    assert Submission.objects.count() == 1


def test_what_is_typed_is_kept_while_typing_and_faults_are_told(report, client_of, d1_sm) -> None:
    browser = client_of(d1_sm)
    answer = post(browser, report, fetched=True, **{"v:target": "many", "v:stock": ""})
    body = answer.json()
    assert answer.status_code == 200
    assert body["marks"] == {"v-target": "red", "v-retail": "blue"}
    assert "3处问题，2处必须改，1处已自动识别（全角），0处需说明" in body["findings"]
    assert "B7" in body["findings"]
    page = browser.get(url(report)).content.decode()
    assert re.search(r'name="v:target" value="many"', page)


def test_a_stale_tab_gets_the_newer_edition_and_changes_nothing(report, client_of, d1_sm) -> None:
    browser = client_of(d1_sm)
    old = report.edition
    assert post(browser, report).status_code == 302
    answer = post(browser, report, fetched=True, edition=old, **{"v:retail": "1"})
    report.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert answer.json()["edition"] == report.edition
    page = post(browser, report, edition=old, then="submit", **{"v:retail": "41"})
    assert (page.status_code, page.context["edition"]) == (409, old)
    assert 'name="v:retail" value="41"' in page.content.decode()
    report.refresh_from_db()
    assert (report.content["values"]["retail"], report.state) == ("30", State.DRAFT)


def test_submitting_twice_has_one_effect(report, client_of, d1_sm) -> None:
    browser = client_of(d1_sm)
    first = post(browser, report, then="submit")
    again = post(browser, report, then="submit")
    assert (first.status_code, again.status_code) == (302, 302)
    report.refresh_from_db()
    assert (report.state, report.version) == (State.SUBMITTED, 1)


def test_an_invalid_report_stays_a_draft(report, client_of, d1_sm) -> None:
    browser = client_of(d1_sm)
    post(browser, report, then="submit", **{"v:aged": "900"})
    report.refresh_from_db()
    assert (report.state, report.errors) == (State.DRAFT, 1)
    assert "库龄超过90天的车辆（900）多于库存（80）" in browser.get(url(report)).content.decode()


def test_template_upload_and_annotated_copy_by_browser(report, client_of, d1_sm) -> None:
    browser = client_of(d1_sm)
    template = browser.get(url(report, "template/"))
    assert template["Content-Type"].endswith("sheet")
    file = SimpleUploadedFile("旬报.xlsx", workbook(report, stock="many"))
    assert browser.post(url(report, "upload/"), {"file": file}).status_code == 302
    report.refresh_from_db()
    assert (report.version, report.errors) == (1, 1)
    assert browser.get(url(report, "annotated/")).content[:2] == b"PK"
    broken = SimpleUploadedFile("x.xlsx", b"PK broken")
    browser.post(url(report, "upload/"), {"file": broken})
    report.refresh_from_db()
    assert report.version == 1


def test_a_reviewer_decides_and_never_about_ones_own(report, client_of, d1_sm, am_1) -> None:
    post(client_of(d1_sm), report, then="submit")
    manager = client_of(am_1)
    page = manager.get(url(report)).content.decode()
    assert 'name="verdict" value="return"' in page
    assert "等待：" in page and str(am_1) in page
    assert 'name="verdict"' not in client_of(d1_sm).get(url(report)).content.decode()
    decide = decision(report)
    for person, given in ((manager, {"verdict": "return"}), (client_of(d1_sm), {"verdict": "approve"})):
        assert person.post(decide, {**given, "comment": ""}).status_code in (409, 422)
        report.refresh_from_db()
        assert report.state == State.SUBMITTED
    own = client_of(d1_sm)
    assert own.post(decide.replace("decide", "withdraw")).status_code == 409  # it would wait for nobody
    answer = manager.post(decide, {"verdict": "return", "comment": "核对库存", "back": "1"})
    report.refresh_from_db()
    assert (answer["Location"], report.state, report.comment) == (url(report), State.RETURNED, "核对库存")
    page = client_of(d1_sm).get(url(report)).content.decode()
    assert "核对库存" in page


def test_the_comparison_shows_the_changed_cells_and_takes_reasons(report, client_of, d1_sm, am_1) -> None:
    browser = client_of(d1_sm)
    post(browser, report, then="submit")
    client_of(am_1).post(decision(report), {"verdict": "return", "comment": "x"})
    post(browser, report, **{"v:retail": "60"})
    page = browser.get(url(report, "changes/")).content.decode()
    assert "+100.0%" in page
    assert 'name="r:retail"' in page
    report.refresh_from_db()
    assert report.to_explain == 1
    browser.post(url(report, "changes/"), {"edition": report.edition, "r:retail": "补录"})
    report.refresh_from_db()
    assert (report.to_explain, report.reasons) == (0, {"retail": "补录"})


def test_another_dealers_report_does_not_exist(report, client_of, d2_gm, d1_fin) -> None:
    for user in (d2_gm, d1_fin):
        browser = client_of(user)
        for what in ("", "template/", "annotated/", "changes/"):
            assert browser.get(url(report, what)).status_code == 404
        assert post(browser, report).status_code == 404
    assert report.pk not in {
        row.pk for row in client_of(d2_gm).get("/reports/forms/").context["page"].object_list
    }


def test_headquarters_see_what_is_asked_and_the_burden(client_of, hq_ops, d1_gm) -> None:
    browser = client_of(hq_ops)
    page = browser.get("/reports/forms/questions/?q=零售目标").content.decode()
    assert "已在《旬经营报告》第 7 行" in page
    assert "填报负担" in page
    assert client_of(d1_gm).get("/reports/forms/questions/").status_code == 403


def test_an_approved_report_is_locked_and_corrected_by_page(report, client_of, d1_sm, am_1, hq_ops) -> None:
    post(client_of(d1_sm), report, then="submit")
    manager = client_of(am_1)
    manager.post(decision(report), {"verdict": "approve", "comment": ""})
    manager.post(url(report, "lock/"))
    report.refresh_from_db()
    assert report.state == State.LOCKED
    assert manager.post(url(report, "correct/"), {"reason": "错"}).status_code == 422
    client_of(hq_ops).post(url(report, "correct/"), {"reason": "审计调整"})
    report.refresh_from_db()
    assert report.state == State.CORRECTING
    assert report.saved_at <= timezone.now() + timedelta(seconds=1)
