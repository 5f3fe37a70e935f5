"""A dealer offers a vehicle and the other one answers; only these two see it, and both stocks move."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.dealers.models import Dealer
from apps.inventory import queries, services
from apps.inventory.models import StockMovement, StockUnit, Transfer, TransferProposal
from apps.inventory.rules import ANSWERS, Answer, ProposalState, StockReport
from apps.kernel.period import Month
from tests.factories import network as factory
from tests.inventory.rows import VINS

MOVED = date(2026, 4, 2)
OFFERS = "/api/v1/transfer-proposals/"


def url(name: str, pk: int) -> str:
    return reverse(f"inventory:{name}", kwargs={"pk": pk})


@pytest.fixture
def unit(network, yard) -> StockUnit:
    yard.come("U1", network.d1, vin=VINS[0], cost_amount=Decimal(120_000))
    return StockUnit.objects.get()


@pytest.fixture
def offer(unit, d1_gm, actor_of, now) -> TransferProposal:
    """D001 offers its car to D002."""
    return services.propose_transfer(
        unit=unit, partner="D002", note="缺货调拨", actor=actor_of(d1_gm), now=now
    )


def test_every_answer_stands_in_the_table() -> None:
    assert {key[1]: (new, side) for key, (new, side) in ANSWERS.items()} == {
        "confirm": ("proposed", "giver"),
        "agree": ("agreed", "taker"),
        "ship": ("shipped", "giver"),
        "accept": ("accepted", "taker"),
        "decline": ("declined", "taker"),
        "withdraw": ("withdrawn", "giver"),
    }
    final = {ProposalState.ACCEPTED, ProposalState.DECLINED, ProposalState.WITHDRAWN}
    assert {state for state, _answer in ANSWERS} == set(ProposalState) - final


def test_an_offer_moves_nothing_and_both_dealers_see_it(
    network, offer, d1_gm, d2_gm, investor, executive, actor_of
) -> None:
    assert (offer.state, offer.from_dealer, offer.to_dealer) == ("proposed", network.d1, network.d2)
    assert (StockMovement.objects.count(), Transfer.objects.count()) == (1, 0)
    for user in (d1_gm, d2_gm, investor, executive):  # the investor owns D001
        assert list(queries.proposals(actor=actor_of(user))) == [offer]


def test_others_do_not_see_it(network, offer, client_of, api_of) -> None:
    stranger = factory.persona("d3_gm", "dealer_general", dealer=network.d3)
    client = client_of(stranger)
    assert list(client.get(reverse("inventory:proposal-list")).context["table"].rows) == []
    for name in ("proposal-detail", "proposal-accept", "proposal-decline", "proposal-withdraw"):
        assert client.get(url(name, offer.pk)).status_code == 404
    assert client.post(url("proposal-accept", offer.pk), {"moved_on": "2026-04-02"}).status_code == 404
    assert api_of(stranger).get(OFFERS).json()["count"] == 0
    assert api_of(stranger).post(f"{OFFERS}{offer.pk}/accept/", {"moved_on": "2026-04-02"}).status_code == 404
    offer.refresh_from_db()
    assert (offer.state, Transfer.objects.count()) == ("proposed", 0)


def test_accepting_moves_the_car_out_and_in_on_one_day(network, unit, offer, d2_gm, client_of, d1_gm) -> None:
    client = client_of(d2_gm)
    shown = client.get(url("proposal-detail", offer.pk))
    assert VINS[0] in shown.content.decode() and "缺货调拨" in shown.content.decode()
    assert [button["url"] for button in shown.context["buttons"]] == [
        url("proposal-accept", offer.pk),
        url("proposal-agree", offer.pk),
        url("proposal-decline", offer.pk),
    ]
    answer = client.post(url("proposal-accept", offer.pk), {"moved_on": "2026-04-02", "note": "已到店"})
    assert answer.status_code == 302
    offer.refresh_from_db()
    done = Transfer.objects.get()
    assert (offer.state, offer.transfer, offer.answered_by, offer.answer_note) == (
        "accepted",
        done,
        "d2_gm",
        "已到店",
    )
    assert (done.from_dealer, done.to_dealer, done.occurred_on, done.unit_out) == (
        network.d1,
        network.d2,
        MOVED,
        unit,
    )
    moved = StockMovement.objects.order_by("pk").values_list(
        "dealer__code", "kind", "quantity", "occurred_on"
    )
    assert list(moved)[1:] == [("D001", "transfer_out", -1, MOVED), ("D002", "transfer_in", 1, MOVED)]
    april = Month(2026, 4)
    assert queries.book(network.d1.pk, april) == StockReport(1, 0, 0, 1, 0, 0, 0)
    assert queries.book(network.d2.pk, april) == StockReport(0, 0, 0, 0, 1, 0, 1)
    assert client_of(d1_gm).get(url("proposal-detail", offer.pk)).context["buttons"] == []
    events = AuditEvent.objects.filter(action="inventory.answer_transfer")
    assert {(event.dealer_id, event.actor_label, event.after["state"]) for event in events} == {
        (network.d1.pk, "d2_gm", "accepted"),
        (network.d2.pk, "d2_gm", "accepted"),
    }


def test_the_giver_cannot_accept_nor_the_taker_withdraw(offer, d1_gm, d2_gm, actor_of, now) -> None:
    with pytest.raises(DomainError) as refused:
        services.accept_transfer(
            proposal=offer, arrival=services.Arrival(MOVED), note="", actor=actor_of(d1_gm), now=now
        )
    assert refused.value.code == "other_side"
    with pytest.raises(DomainError) as refused:
        services.answer_transfer(
            proposal=offer, answer=Answer.WITHDRAW, note="x", actor=actor_of(d2_gm), now=now
        )
    assert refused.value.code == "other_side"
    offer.refresh_from_db()
    assert (offer.state, Transfer.objects.count(), StockMovement.objects.count()) == ("proposed", 0, 1)


def test_declining_moves_nothing_and_is_final(offer, d1_gm, d2_gm, client_of) -> None:
    client = client_of(d2_gm)
    assert client.post(url("proposal-decline", offer.pk), {"note": ""}).status_code == 422
    assert client.post(url("proposal-decline", offer.pk), {"note": "展厅已满"}).status_code == 302
    offer.refresh_from_db()
    assert (offer.state, offer.answer_note) == ("declined", "展厅已满")
    for name, door in (("proposal-accept", client), ("proposal-withdraw", client_of(d1_gm))):
        again = door.post(url(name, offer.pk), {"moved_on": "2026-04-02", "note": "x"})
        assert (again.status_code, "该调拨申请已有答复。" in again.content.decode()) == (422, True)
    assert (Transfer.objects.count(), StockMovement.objects.count()) == (0, 1)


def test_a_withdrawn_offer_can_be_made_again(offer, unit, d1_gm, actor_of, now) -> None:
    actor = actor_of(d1_gm)
    with pytest.raises(DomainError) as refused:
        services.propose_transfer(unit=unit, partner="D003", note="", actor=actor, now=now)
    assert refused.value.code == "proposed_already"
    services.answer_transfer(proposal=offer, answer=Answer.WITHDRAW, note="已售", actor=actor, now=now)
    services.propose_transfer(unit=unit, partner="D003", note="", actor=actor, now=now)
    assert list(TransferProposal.objects.order_by("pk").values_list("to_dealer__code", "state")) == [
        ("D002", "withdrawn"),
        ("D003", "proposed"),
    ]


def test_a_car_that_left_meanwhile_is_not_taken(network, offer, yard, d2_gm, actor_of, now) -> None:
    yard.go("U1", network.d1, date(2026, 4, 1))
    with pytest.raises(DomainError) as refused:
        services.accept_transfer(
            proposal=offer, arrival=services.Arrival(MOVED), note="", actor=actor_of(d2_gm), now=now
        )
    assert refused.value.code == "rows_refused"
    offer.refresh_from_db()
    assert (offer.state, Transfer.objects.count(), StockMovement.objects.count()) == ("proposed", 0, 2)


@pytest.mark.parametrize("code", ["D999", "D004", "D001"])
def test_who_cannot_take_a_car_is_not_offered_one(unit, network, d1_gm, client_of, code) -> None:
    """An unknown dealer and one that closed are refused alike; a dealer offers nothing to itself."""
    Dealer.objects.filter(code="D004").update(status="closed")
    answer = client_of(d1_gm).post(url("unit-propose", unit.pk), {"partner": code, "note": ""})
    assert answer.status_code == 422
    texts = {"D001": "车辆已在该经销商处。"}
    assert list(answer.context["form"].errors["partner"]) == [texts.get(code, "没有使用此代码的在营经销商。")]
    assert not TransferProposal.objects.exists()


def test_an_offer_through_the_api_is_answered_there(unit, d1_gm, d2_gm, api_of) -> None:
    body = {"unit": unit.pk, "partner": "d002"}
    giver, taker = api_of(d1_gm), api_of(d2_gm)
    made = giver.post(OFFERS, body, format="json", headers={"Idempotency-Key": "offer-00000001"})
    again = giver.post(OFFERS, body, format="json", headers={"Idempotency-Key": "offer-00000001"})
    assert (made.status_code, again.json()) == (201, made.json())
    assert TransferProposal.objects.count() == 1
    address = f"{OFFERS}{made.json()['id']}/"
    refused = giver.post(f"{address}accept/", {"moved_on": "2026-04-02"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "other_side")
    done = taker.post(f"{address}accept/", {"moved_on": "2026-04-02"}, format="json")
    assert (done.status_code, done.json()["state"], done.json()["transfer"]) == (
        200,
        "accepted",
        Transfer.objects.get().pk,
    )


def test_nobody_offers_a_foreign_car(unit, d2_gm, api_of, client_of) -> None:
    assert client_of(d2_gm).post(url("unit-propose", unit.pk), {"partner": "D002"}).status_code == 404
    sent = api_of(d2_gm).post(OFFERS, {"unit": unit.pk, "partner": "D002"}, format="json")
    assert sent.status_code == 400
    assert not TransferProposal.objects.exists()
