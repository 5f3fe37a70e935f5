"""A reported sale is false or genuine once two people said so."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.roles import Role
from apps.risk import queries, services
from apps.risk.models import RetailDecision
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from apps.work import services as work
from apps.work.models import Approval
from tests.factories import network as factory
from tests.sales.rows import row
from tests.work.withdrawing import asked_and_taken_back

FALSE = services.Finding("false_retail", "同一手机号登记了三台车")


@pytest.fixture
def delivery(network, hq_ops, actor_of, now) -> RetailDelivery:
    sales.record_deliveries(rows=[row("A1", network.d1.pk)], source="dms", actor=actor_of(hq_ops), now=now)
    return RetailDelivery.objects.get()


@pytest.fixture
def auditor(network):
    return factory.persona("hq_aud", Role.HQ_AUDIT, unit=network.hq)


def test_two_people_decide(delivery, hq_ops, auditor, actor_of, now) -> None:
    made = services.propose_decision(delivery=delivery, finding=FALSE, actor=actor_of(hq_ops), now=now)
    dealers = [delivery.dealer_id]
    assert queries.verdicts(dealer_ids=dealers, known_at=now) == {}
    asked = Approval.objects.get(flow="risk.retail_decision")
    with pytest.raises(DomainError) as refused:
        work.decide(approval=asked, verdict="approve", comment="", actor=actor_of(hq_ops), now=now)
    assert refused.value.code == "own_request"
    work.decide(approval=asked, verdict="approve", comment="属实", actor=actor_of(auditor), now=now)
    made.refresh_from_db()
    assert (made.state, made.decided_by, made.answer) == ("decided", actor_of(auditor).label, "属实")
    assert queries.verdicts(dealer_ids=dealers, known_at=now) == {delivery.pk: "false_retail"}
    # a delivery that is corrected stays what it was found to be
    mended = sales.correct(delivery=delivery, changes={"colour": "白"}, actor=actor_of(hq_ops), now=now)
    found = queries.verdicts(dealer_ids=dealers, known_at=now)
    assert found.pop(mended.pk) == found[delivery.pk] == "false_retail"


def test_what_is_turned_down_or_taken_back_does_not_hold(delivery, hq_ops, auditor, actor_of, now) -> None:
    def propose() -> None:
        services.propose_decision(delivery=delivery, finding=FALSE, actor=actor_of(hq_ops), now=now)

    left = asked_and_taken_back("risk.retail_decision", propose, watched=("risk", "sales"))
    assert (left, RetailDecision.objects.get().state) == ({"risk.retaildecision"}, "turned_down")
    assert queries.verdicts(dealer_ids=[delivery.dealer_id], known_at=now) == {}
    propose()
    with pytest.raises(DomainError) as refused:
        services.propose_decision(delivery=delivery, finding=FALSE, actor=actor_of(auditor), now=now)
    assert refused.value.code == "asked_already"
    asked = Approval.objects.get(flow="risk.retail_decision", state="waiting")
    work.decide(approval=asked, verdict="reject", comment="证据不足", actor=actor_of(auditor), now=now)
    assert queries.verdicts(dealer_ids=[delivery.dealer_id], known_at=now) == {}
    assert list(RetailDecision.objects.values_list("state", flat=True)) == ["turned_down"] * 2


def test_it_is_proposed_on_a_page_which_the_dealer_does_not_see(
    delivery, hq_ops, auditor, d1_gm, client_of
) -> None:
    url = reverse("risk:decision-propose", kwargs={"model": "sales.retaildelivery", "pk": delivery.pk})
    shown = client_of(hq_ops).get(reverse("sales:delivery-detail", kwargs={"pk": delivery.pk}))
    assert url in shown.content.decode()
    done = client_of(hq_ops).post(url, {"verdict": "false_retail", "reason": "自上牌"}, follow=True)
    assert "自上牌" in done.content.decode()
    moment = timezone.localtime(RetailDecision.objects.get().proposed_at)
    assert f"{moment:%Y-%m-%d %H:%M}</dd>" in done.content.decode()
    assert client_of(d1_gm).get(url).status_code == 403
    assert client_of(d1_gm).get(reverse("risk:decision-list")).status_code == 403
    wrong = reverse("risk:decision-propose", kwargs={"model": "dealers.dealer", "pk": delivery.pk})
    assert client_of(hq_ops).get(wrong).status_code == 404


def test_another_system_proposes(delivery, hq_ops, auditor, api_of) -> None:
    api, url = api_of(hq_ops), reverse("retail-decision-list")
    body = {"delivery": delivery.pk, "verdict": "false_retail", "reason": "未开票"}
    done = api.post(url, body, format="json", headers={"Idempotency-Key": "decision-1"})
    assert done.status_code == 201
    assert api.get(url).json()["results"][0]["state"] == "proposed"
