"""The life of a policy through its pages, with the numbers of the story."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.models import AuditEvent
from apps.incentives.models import BackTest, BackTestRow, PolicyReceipt, PolicyVersion
from apps.incentives.queries import documents
from apps.work.models import Approval
from tests.incentives import trio
from tests.incentives.typed import fields
from tests.work.withdrawing import asked_and_taken_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(network, now, monkeypatch, client_of, hq_fin, d1_gm, d2_gm, am_1):
    """The trio, its people's browsers, and a clock that stands still."""
    monkeypatch.setattr(timezone, "now", lambda: now)
    made = trio.set_up(network, now)
    users = trio.people(network) | {"hq_fin": hq_fin, "d1_gm": d1_gm, "d2_gm": d2_gm, "am_1": am_1}
    return made, {name: client_of(user) for name, user in users.items()}


def url(name: str, version: Any) -> str:
    return reverse(f"incentives:{name}", kwargs={"pk": version.pk})


def save(client: Any, version: PolicyVersion, text: dict[str, Any], **more: Any) -> Any:
    version.refresh_from_db()
    return client.post(url("policy-edit", version), {**fields(text), "sha256": version.sha256, **more})


def draft_of(client: Any, made: PolicyVersion) -> PolicyVersion:
    assert client.post(url("policy-next", made)).status_code == 302
    return PolicyVersion.objects.get(policy=made.policy, version=made.version + 1)


def replayed(client: Any, draft: PolicyVersion, made: PolicyVersion, run_jobs: Any) -> BackTest:
    data = {"first": "2026-04", "last": "2026-06", "compared": str(made.pk)}
    answer = client.post(url("back-test-start", draft), data)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    run_jobs()
    return BackTest.objects.filter(version=draft).latest("asked_at")


def budgeted(text: dict[str, Any]) -> dict[str, Any]:
    return {**text, "budget": {"amount": "300000", "mode": "warn"}}


def test_the_story_from_copy_to_receipt(world, run_jobs) -> None:
    made, at = world
    draft = draft_of(at["policy"], made)
    text = trio.slices(draft.document)
    the_guard_stops_a_price_condition(at["policy"], draft, text)
    a_back_test_compares(at["policy"], draft, made, run_jobs)
    the_meter_shows_steps(at["policy"], draft, made)
    lower = a_change_makes_the_back_test_old(at["policy"], draft, text)
    others_countersign(at, draft, lower)
    it_is_published_for_august(at["policy"], draft, made)
    dealers_read_and_confirm(at, draft)
    published_is_published(at["policy"], draft, lower)


def the_guard_stops_a_price_condition(policy: Any, draft: Any, text: dict[str, Any]) -> None:
    """A condition on the resale price stops it, and is taken out again."""
    priced = trio.priced(text)
    save(policy, draft, budgeted({**text, "components": [priced]}))
    draft.refresh_from_db()
    red = documents.readiness(draft).red
    assert [each.finding.rule for each in red] == ["resale_price"]
    page = policy.get(url("policy-compliance", draft)).content.decode()
    assert "反垄断法" in page
    assert policy.post(url("policy-submit", draft)).status_code == 409
    save(policy, draft, budgeted(text))
    draft.refresh_from_db()
    assert (documents.readiness(draft).red, draft.state) == ((), "draft")


def a_back_test_compares(policy: Any, draft: Any, made: Any, run_jobs: Any) -> None:
    """A 319,000 against B 274,700."""
    run = replayed(policy, draft, made, run_jobs)
    rows = {
        row.dealer.code: row for row in BackTestRow.objects.filter(run=run, window_first=date(2026, 6, 1))
    }
    assert [(rows[code].compared_amount, rows[code].amount) for code in ("D001", "D002", "D003")] == [
        (Decimal("0.00"), Decimal("63200.00")),
        (Decimal("99000.00"), Decimal("92500.00")),
        (Decimal("220000.00"), Decimal("119000.00")),
    ]
    page = policy.get(url("back-test", run)).content.decode()
    for shown in ("274,700.00", "319,000.00", "-44,300.00", "-13.9%", "超出 ¥19,000.00", "预算内"):
        assert shown in page, shown
    draft.refresh_from_db()
    assert draft.state == "compliant"


def the_meter_shows_steps(policy: Any, draft: Any, made: Any) -> None:
    """The meter."""
    steps = policy.get(url("policy-steps", made)).content.decode()
    for value in ("80,000.00", "51,000.00", "56,500.00"):
        assert value in steps
    assert "2,500.00" in policy.get(url("policy-steps", draft), {"over": "3000"}).content.decode()


def a_change_makes_the_back_test_old(policy: Any, draft: Any, text: dict[str, Any]) -> dict[str, Any]:
    """A changed rate makes the back-test out of date."""
    lower = budgeted(trio.slices(draft.document))
    lower["components"][0]["params"]["tiers"][0]["value"] = "790"
    save(policy, draft, lower)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert "回测已过期" in policy.get(url("policy-detail", draft)).content.decode()
    assert policy.post(url("policy-submit", draft)).status_code == 409
    save(policy, draft, budgeted(text))
    draft.refresh_from_db()
    assert draft.state == "compliant"  # the same document again: its back-test counts
    return lower


def others_countersign(at: Any, draft: Any, lower: dict[str, Any]) -> None:
    """Countersigning by others, then publication from August on."""
    policy = at["policy"]
    left = asked_and_taken_back(
        "incentives.policy", lambda: policy.post(url("policy-submit", draft)), watched=("incentives",)
    )
    assert left == set()
    assert policy.post(url("policy-submit", draft)).status_code == 302
    ask = Approval.objects.get(flow="incentives.policy", state="waiting")
    decide = reverse("work:approval-decide", kwargs={"pk": ask.pk})
    policy.post(decide, {"verdict": "approve", "comment": ""})
    ask.refresh_from_db()
    assert (ask.state, ask.step) == ("waiting", 0)  # not the author
    assert save(policy, draft, lower).status_code == 409
    for name in ("policy_2", "hq_fin", "legal"):
        assert at[name].post(decide, {"verdict": "approve", "comment": ""}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "approved"


def it_is_published_for_august(policy: Any, draft: Any, made: Any) -> None:
    """The version before ends the day before."""
    assert policy.post(url("policy-publish", draft), {"effective_from": "2026-07-01"}).status_code == 422
    assert policy.post(url("policy-publish", draft), {"effective_from": "2026-08-01"}).status_code == 302
    draft.refresh_from_db()
    made.refresh_from_db()
    assert (draft.state, draft.effective_from) == ("published", date(2026, 8, 1))
    assert (made.state, made.effective_to) == ("replaced", date(2026, 7, 31))
    assert documents.in_force(made.policy_id, date(2026, 7, 31)) == made
    assert documents.in_force(made.policy_id, date(2026, 8, 1)) == draft


def dealers_read_and_confirm(at: Any, draft: Any) -> None:
    """Dealers read it in both languages and confirm."""
    page = at["d1_gm"].get(url("policy-detail", draft)).content.decode()
    assert "第2条" in page and "我已阅读" in page
    english = at["d1_gm"].get(url("policy-detail", draft), {"lang": "en"}).content.decode()
    assert "Article 2" in english and "1,500" in english
    assert at["d1_gm"].post(url("policy-read", draft)).status_code == 302
    read = PolicyReceipt.objects.get(version=draft, dealer__code="D001")
    assert read.read_label and PolicyReceipt.objects.filter(version=draft, read_at=None).count() == 4
    assert "D001" in at["policy"].get(url("policy-receipts", draft), {"read": "true"}).content.decode()


def published_is_published(policy: Any, draft: Any, lower: dict[str, Any]) -> None:
    """Published is published."""
    edit = policy.get(url("policy-edit", draft), follow=True).content.decode()
    assert "请建新版本" in edit
    assert save(policy, draft, lower).status_code == 409
    wanted = {"incentives.publish_policy", "incentives.save_policy", "incentives.replace_policy"}
    assert wanted <= set(AuditEvent.objects.values_list("action", flat=True))


def test_who_may_see_a_draft(world) -> None:
    made, at = world
    draft = draft_of(at["policy"], made)
    for name in ("d1_gm", "am_1"):
        assert at[name].get(url("policy-detail", draft)).status_code == 404
        assert at[name].get(url("policy-detail", made)).status_code == 200
    assert at["legal"].get(url("policy-edit", draft)).status_code == 403
    assert at["d1_gm"].get(url("policy-simulate", made)).status_code == 200


def test_a_stale_tab_does_not_overwrite(world) -> None:
    made, at = world
    draft = draft_of(at["policy"], made)
    first = draft.sha256
    save(at["policy"], draft, trio.slices(draft.document))
    draft.refresh_from_db()
    held = draft.sha256
    answer = at["policy"].post(
        url("policy-edit", draft), {**fields(made.document), "grace_days": "7", "sha256": first}
    )
    draft.refresh_from_db()
    assert (answer.status_code, draft.sha256) == (409, held)
    assert 'value="7"' in answer.content.decode()


def test_legal_signs_for_a_finding_of_this_document_only(world) -> None:
    made, at = world
    draft = draft_of(at["policy"], made)
    text = draft.document
    priced = trio.priced(text)
    save(at["policy"], draft, {**text, "components": [priced]})
    draft.refresh_from_db()
    key = documents.readiness(draft).red[0].finding.key
    sign = url("finding-sign", draft)
    assert at["policy"].post(sign, {"finding": key, "reason": "we may"}).status_code == 403
    assert at["legal"].post(sign, {"finding": key, "reason": "x"}).status_code == 422
    assert (
        at["legal"].post(sign, {"finding": key, "reason": "Wholesale only, counsel agreed"}).status_code
        == 302
    )
    assert documents.readiness(draft).red == ()
    save(at["policy"], draft, {**text, "components": [priced], "grace_days": 3})
    draft.refresh_from_db()
    assert len(documents.readiness(draft).red) == 1


def test_the_editor_adds_rows_and_previews_without_saving(world) -> None:
    made, at = world
    draft = draft_of(at["policy"], made)
    given = fields(draft.document)
    answer = at["policy"].post(
        url("policy-edit", draft), {**given, "sha256": draft.sha256, "op": "clause:fleet"}
    )
    page = answer.content.decode()
    assert "components.1.params" in page
    preview = at["policy"].post(
        url("policy-preview", draft), {**given, "sim.units": "100", "sim.target": "100"}
    )
    assert "¥150,000.00" in preview.content.decode()
    assert PolicyVersion.objects.get(pk=draft.pk).document == draft.document
