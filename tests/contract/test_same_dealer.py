"""Rows of one dealer never point to rows of another: every such key includes the dealer, in the data base."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ForeignKey, Model
from django.test.utils import isolate_apps

from apps.core.access import Ownership, policies
from apps.core.constraints import SameDealer
from apps.dealers.models import Dealer
from apps.incentives.models import Accrual, AccrualLine
from apps.inventory.models import (
    Reservation,
    Shipment,
    StockMovement,
    StockUnit,
    Transfer,
    TransferProposal,
)
from apps.kernel.period import Month
from apps.sales.models import RetailDelivery
from tests.factories.facts import close, sell

JUNE = Month(2026, 6)
WITHOUT_OWN_DEALER = {
    "dealers.Dealer": "is the dealer",
    "alerts.AlertAction": "belongs to its alert, which says whose it is",
    "reports.SubmissionVersion": "belongs to its submission, which says whose it is",
    "reports.DutyAsk": "belongs to its duty, which says whose it is",
    "work.WebhookDelivery": "belongs to its webhook, which says whose it is",
    "core.ImportRow": "staged; its batch of headquarters holds rows of many dealers",
    "vehicles.Vehicle": "goes from dealer to dealer; its custody says whose it is",
}
"""Models owned by a dealer that carry no dealer of their own, each with the reason."""


OF_MANY = {"work.Attendance.activity": "people of many dealers come to a meeting of a unit"}
"""Pairs whose two sides may well be of different dealers, each with the reason."""


def dealers_of(model: type[Model]) -> set[str]:
    """The fields that say whose a row is."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and getattr(field.related_model, "_meta", None) is Dealer._meta
    } - ({"merged_into"} if model is Dealer else set())


def pairs(found: Iterable[type[Model]]) -> set[tuple[type[Model], str]]:
    """Child and foreign key, where both sides are owned by a dealer."""
    return {
        (model, field.name)
        for model in found
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and field.related_model is not Dealer
        and dealers_of(model)
        and dealers_of(field.related_model)  # type: ignore[arg-type]
    }


def unguarded(found: Iterable[type[Model]]) -> set[str]:
    """The pairs whose key does not include the dealer; mend with `SameDealer` in the child's Meta."""
    held = {
        (model, each.parent): each
        for model in apps.get_models()
        for each in model._meta.constraints
        if isinstance(each, SameDealer)
    }
    return {
        f"{model._meta.label}.{parent}"
        for model, parent in pairs(found)
        if f"{model._meta.label}.{parent}" not in OF_MANY
        and ((model, parent) not in held or not set(held[model, parent].dealers) <= dealers_of(model))
    }


def test_every_pair_of_owned_rows_has_a_key_with_the_dealer() -> None:
    assert {(StockMovement, "unit"), (AccrualLine, "delivery"), (TransferProposal, "transfer")} <= pairs(
        apps.get_models()
    )
    assert unguarded(apps.get_models()) == set()


@isolate_apps("apps.inventory")
def test_a_new_pair_without_it_is_noticed() -> None:
    class Inspection(models.Model):  # noqa: DJ008 - never shown
        dealer = models.ForeignKey(Dealer, models.PROTECT, related_name="+")
        unit = models.ForeignKey(StockUnit, models.PROTECT, related_name="+")

        class Meta:
            app_label = "inventory"

    assert unguarded([Inspection]) == {"inventory.Inspection.unit"}


def test_every_model_of_a_dealer_carries_the_dealer() -> None:
    """Else neither row security nor a key could tell whose a row is without asking another table."""
    elsewhere = {
        policy.model._meta.label
        for policy in policies().values()
        if policy.ownership is Ownership.DEALER
        and not any(field.attname == policy.dealer for field in policy.model._meta.concrete_fields)
    }
    assert elsewhere | {"dealers.Dealer"} == set(WITHOUT_OWN_DEALER)


def other_unit(network, now) -> StockUnit:
    return StockUnit.objects.create(
        dealer=network.d4,
        source="t",
        external_id="d4-1",
        vin="VIN4",
        received_on=JUNE.first,
        recorded_at=now,
    )


FACT = {"source": "t", "external_id": "x", "quantity": 1, "occurred_on": JUNE.first, "period": JUNE.first}
NAMES = {"from_code": "a", "from_name": "a", "to_code": "b", "to_name": "b", "vehicle_text": "v"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "create"),
    [
        (
            "stockmovement_same_dealer",
            lambda n, unit, now: StockMovement.objects.create(
                dealer=n.d1, unit=unit, kind="receipt", recorded_at=now, **FACT
            ),
        ),
        (
            "transfer_unit_out_own",
            lambda n, unit, now: Transfer.objects.create(
                from_dealer=n.d1,
                to_dealer=n.d2,
                unit_out=unit,
                unit_in=unit,
                occurred_on=JUNE.first,
                recorded_at=now,
                **NAMES,
            ),
        ),
        (
            "transfer_unit_in_own",
            lambda n, unit, now: Transfer.objects.create(
                from_dealer=n.d4,
                to_dealer=n.d2,
                unit_out=unit,
                unit_in=unit,
                occurred_on=JUNE.first,
                recorded_at=now,
                **NAMES,
            ),
        ),
        (
            "transferproposal_unit_own",
            lambda n, unit, now: TransferProposal.objects.create(
                from_dealer=n.d1, to_dealer=n.d2, unit=unit, vehicle_text="v", proposed_at=now
            ),
        ),
        (
            "shipment_unit_own",
            lambda n, unit, now: Shipment.objects.create(
                dealer=n.d1,
                source="t",
                external_id="x",
                unit=unit,
                allocated_on=JUNE.first,
                arrived_on=JUNE.first,
                recorded_at=now,
            ),
        ),
        (
            "reservation_unit_own",
            lambda n, unit, now: Reservation.objects.create(
                dealer=n.d1, unit=unit, order_no="x", reserved_at=now
            ),
        ),
    ],
)
def test_a_row_that_points_to_another_dealers_is_refused(network, now, key, create) -> None:
    unit = other_unit(network, now)
    with pytest.raises(IntegrityError, match=key), transaction.atomic():
        create(network, unit, now)
    assert not StockMovement.objects.exists()
    assert not Transfer.objects.exists()
    assert not TransferProposal.objects.exists()


@pytest.mark.django_db
def test_a_delivery_is_never_taken_back_for_another_dealer(network, now) -> None:
    sell(network.d4, JUNE, 1, now)
    theirs = RetailDelivery.objects.get()
    back = FACT | {"quantity": -1, "dealer": network.d1, "recorded_at": now, "reverses": theirs}
    with pytest.raises(IntegrityError, match="retaildelivery_reverses_own"), transaction.atomic():
        RetailDelivery.objects.create(**back)
    assert RetailDelivery.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("side", ["accrual", "delivery"])
def test_a_line_pays_no_other_dealers_delivery(network, now, side) -> None:
    for dealer in (network.d1, network.d4):
        sell(dealer, JUNE, 1, now)
    close(JUNE, now)
    AccrualLine.objects.all().delete()
    wrong = {"accrual": network.d4, "delivery": network.d4, side: network.d1}
    with pytest.raises(IntegrityError, match=f"accrualline_{side}_own"), transaction.atomic():
        AccrualLine.objects.create(
            dealer=network.d4,
            accrual=Accrual.objects.get(dealer=wrong["accrual"]),
            delivery=RetailDelivery.objects.get(dealer=wrong["delivery"]),
            component="growth",
            units=1,
            base=1,
            amount=1,
        )
    assert not AccrualLine.objects.exists()


def test_a_form_names_the_refusal() -> None:
    key = next(each for each in StockMovement._meta.constraints if each.name == "stockmovement_same_dealer")
    movement = StockMovement(dealer_id=1, unit=StockUnit(pk=5, dealer_id=2))
    with pytest.raises(ValidationError):
        key.validate(StockMovement, movement)
    key.validate(StockMovement, movement, exclude={"unit"})
    key.validate(StockMovement, StockMovement(dealer_id=2, unit=StockUnit(pk=5, dealer_id=2)))
