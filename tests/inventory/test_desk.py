"""Transfers are suggested, confirmed by both sides, sent and received, alone or together."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.core.errors import DomainError
from apps.inventory import queries, services
from apps.inventory.models import Transfer, TransferProposal
from apps.inventory.rules import Answer
from apps.vehicles.models import Brand, CarModel, Series
from apps.work.models import Notice, Todo

SENT, DUE, CAME = date(2026, 7, 1), date(2026, 7, 4), date(2026, 7, 5)


@pytest.fixture
def model(network):
    brand = Brand.objects.create(code="b", name="远行")
    return CarModel.objects.create(
        series=Series.objects.create(code="s", name="S", brand=brand), code="X5", name="X5"
    )


@pytest.fixture
def stocked(network, yard, model, now):
    """D001 has nine cars and sells one a month, D002 one and sells three a month."""
    cars = [("D", network.d1, 12, 3), ("E", network.d2, 10, 9)]
    for letter, dealer, count, gone in cars:
        for nth in range(count):
            came = date(2026, 3, 1) + timedelta(nth)
            yard.come(f"{letter}{nth}", dealer, model_id=model.pk, model="X5", received_on=came)
        for nth in range(gone):
            yard.go(f"{letter}{nth}", dealer, now.date() - timedelta(20 + nth))
    return model


@pytest.fixture
def suggested(network, stocked, now, am_1, ops):
    return services.suggest_transfers(
        giver=network.d1, taker=network.d2, model=stocked, units=2, note="缺货", actor=ops, now=now
    )


def todos():
    rows = Todo.objects.filter(closed_at=None, code__startswith="inventory.").order_by("pk")
    return [(row.code.partition(".")[2], row.dealer.code) for row in rows]


def answer(rows, user, what, now, actor_of, **more):
    row = TransferProposal.objects.get(pk=rows[0].pk)
    kwargs = {"proposal": row, "actor": actor_of(user), "now": now, "whole_lot": True} | more
    return services.answer_transfer(answer=what, note="", **kwargs)


def test_the_desk_suggests_what_helps_both(network, stocked, ops, now) -> None:
    found = queries.suggestions(actor=ops, on=now.date())
    assert [(each.giver.code, each.taker.code, each.suggestion.units, each.oldest) for each in found] == [
        ("D001", "D002", 2, (now.date() - date(2026, 3, 4)).days)
    ]


def test_a_suggestion_goes_all_the_way_as_one_lot(
    network, suggested, now, d1_gm, d2_gm, actor_of, client_of
) -> None:
    assert [row.vehicle_text for row in suggested] == ["D3", "D4"]  # the oldest
    assert todos() == [("confirm_suggestion", "D001")]
    with pytest.raises(DomainError) as refused:
        answer(suggested, d2_gm, Answer.CONFIRM, now, actor_of)
    assert refused.value.code == "other_side"
    answer(suggested, d1_gm, Answer.CONFIRM, now, actor_of)
    assert todos() == [("answer_transfer", "D002")]
    answer(suggested, d2_gm, Answer.AGREE, now, actor_of)
    assert todos() == [("send_transfer", "D001")]
    page = reverse("inventory:proposal-ship", kwargs={"pk": suggested[0].pk})
    told = {"carrier": "安捷", "shipped_on": SENT, "eta_on": DUE, "whole_lot": "on"}
    assert client_of(d1_gm).post(page, told).status_code == 302
    assert (todos(), Transfer.objects.count()) == ([("receive_transfer", "D002")], 0)
    page = reverse("inventory:proposal-accept", kwargs={"pk": suggested[0].pk})
    taker, (first, second) = client_of(d2_gm), [row.pk for row in suggested]
    both = {"moved_on": DUE, "arrived": [first, second]}
    for wrong in (
        both | {"moved_on": "2026-06-30"},
        both | {"arrived": []},
        both | {"damaged": [first]},
        both | {"arrived": [first], "damaged": [second], "damage_note": "x"},
    ):
        assert taker.post(page, wrong).status_code == 422
    assert not Transfer.objects.exists()
    partly = {"moved_on": DUE, "arrived": [first], "damaged": [first], "damage_note": "轮毂划痕"}
    assert taker.post(page, partly).status_code == 302
    assert todos() == [("receive_transfer", "D002")]
    codes = {"inventory.transfer_partly", "inventory.transfer_damaged"}
    told = Notice.objects.filter(code__in=codes, user=d1_gm).order_by("code")
    assert [(row.code[-7:], row.params["vehicle"]) for row in told] == [("damaged", "D3"), ("_partly", "D4")]
    assert queries.punctuality(actor=actor_of(d2_gm), on=CAME) == [queries.Punctuality("安捷", 1, 1, 1)]
    page = reverse("inventory:proposal-accept", kwargs={"pk": second})
    assert taker.post(page, {"moved_on": CAME}).status_code == 302
    assert todos() == []
    assert [(row.unit_out.external_id, row.occurred_on) for row in Transfer.objects.order_by("pk")] == [
        ("D3", DUE),
        ("D4", CAME),
    ]
    assert list(TransferProposal.objects.order_by("pk").values_list("damage_note", flat=True)) == [
        "轮毂划痕",
        "",
    ]
    assert queries.punctuality(actor=actor_of(d1_gm), on=now.date()) == [queries.Punctuality("安捷", 2, 1)]


def test_one_of_a_lot_may_be_declined_alone(network, suggested, now, d1_gm, d2_gm, actor_of) -> None:
    answer(suggested, d1_gm, Answer.CONFIRM, now, actor_of)
    answer(suggested, d2_gm, Answer.DECLINE, now, actor_of, whole_lot=False)
    assert sorted(TransferProposal.objects.values_list("state", flat=True)) == ["declined", "proposed"]
    assert todos() == [("answer_transfer", "D002")]


def test_what_cannot_be_suggested(network, stocked, ops, now, prov_zj, am_1, actor_of) -> None:
    common = {"model": stocked, "note": "", "now": now}
    for giver, taker, units, actor, code in (
        (network.d1, network.d2, 10, ops, "too_few"),
        (network.d1, network.d1, 1, ops, "same_dealer"),
        (network.d1, network.d4, 1, actor_of(prov_zj), "not_found"),
    ):
        with pytest.raises(DomainError) as refused:
            services.suggest_transfers(giver=giver, taker=taker, units=units, actor=actor, **common)
        assert refused.value.code == code
    assert not TransferProposal.objects.exists()


def test_the_desk_is_a_page(network, suggested, ops, hq_ops, d1_gm, client_of) -> None:
    page = client_of(hq_ops).get(reverse("inventory:transfer-desk"))
    assert page.status_code == 200
    assert "D001" in page.content.decode()
    own = client_of(d1_gm).get(reverse("inventory:transfer-desk")).content.decode()
    assert reverse("inventory:transfer-suggest") not in own
