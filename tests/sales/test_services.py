"""Deliveries come in once, are taken back and put right by counter-facts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Sum

from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.kernel.period import Month
from apps.metrics.models import FeedStatus
from apps.periods import services as periods
from apps.periods.rules import MonthState
from apps.sales import queries, services
from apps.sales.models import RetailDelivery
from apps.vehicles.facts import RowsRefused
from apps.vehicles.models import Vehicle
from tests.sales.rows import DAY, row

VIN = "LDP0000A0SA000001"


@pytest.fixture
def ops(hq_ops, actor_of):
    return actor_of(hq_ops)


@pytest.fixture
def record(ops, now):
    def run(*rows, source="dms", actor=ops, **more):
        return services.record_deliveries(rows=rows, source=source, actor=actor, now=now, **more)

    return run


def total() -> int:
    return RetailDelivery.objects.aggregate(units=Sum("quantity"))["units"] or 0


def test_a_delivery_is_taken_once(network, record) -> None:
    first = record(row("A1", network.d1.pk, vin=VIN, model="Model X"))
    again = record(row("A1", network.d1.pk, vin=VIN, model="Model X"))
    assert (first.created, first.same, first.late) == (1, 0, 0)
    assert (again.created, again.same) == (0, 1)
    fact = RetailDelivery.objects.get()
    assert (fact.source, fact.external_id, fact.revision, fact.quantity) == ("dms", "A1", 1, 1)
    assert (fact.occurred_on, fact.period) == (DAY, date(2026, 6, 1))
    assert (fact.model_text, fact.price_amount) == ("Model X", Decimal("100000.00"))
    assert fact.vehicle == Vehicle.objects.get(vin=VIN)


def test_the_feed_of_the_month_is_reported(network, record) -> None:
    record(row("A1", network.d1.pk), row("A2", network.d2.pk, occurred_on=date(2026, 5, 31)))
    told = FeedStatus.objects.values_list("dealer__code", "period", "feed", "state")
    assert sorted(told) == [
        ("D001", date(2026, 6, 1), "sales.retail", "reported"),
        ("D002", date(2026, 5, 1), "sales.retail", "reported"),
    ]


def test_the_same_number_with_other_values_is_refused_and_nothing_changes(network, record) -> None:
    record(row("A1", network.d1.pk))
    with pytest.raises(RowsRefused) as refused:
        record(row("A1", network.d1.pk, price_amount=Decimal(1)), row("A2", network.d1.pk))
    assert [(p.row_no, p.code) for p in refused.value.problems] == [(1, "other_values")]
    assert list(RetailDelivery.objects.values_list("external_id", "price_amount")) == [
        ("A1", Decimal("100000.00"))
    ]


def test_the_same_number_twice_in_one_call_is_refused(network, record) -> None:
    with pytest.raises(RowsRefused) as refused:
        record(row("A1", network.d1.pk), row("A1", network.d1.pk))
    assert [(p.row_no, p.code) for p in refused.value.problems] == [(2, "twice")]
    assert total() == 0


def test_only_the_good_rows(network, record) -> None:
    done = record(
        row("A1", network.d1.pk),
        row("A2", network.d1.pk, vin="LDP0000A1SA000001"),
        row("A3", network.d1.pk, occurred_on=date(2026, 7, 13)),
        row("A4", network.d1.pk, occurred_on=date(1999, 12, 31)),
        only_good=True,
    )
    assert done.created == 1
    assert [(p.row_no, p.column, p.code) for p in done.problems] == [
        (2, "vin", "vin_check_digit"),
        (3, "occurred_on", "date_range"),
        (4, "occurred_on", "date_range"),
    ]
    assert list(RetailDelivery.objects.values_list("external_id", flat=True)) == ["A1"]


def test_a_wrong_check_digit_of_an_imported_car_is_kept_with_a_warning(network, record) -> None:
    done = record(row("A1", network.d1.pk, vin="WP0ZZZ99ZTS392124"))
    assert done.created == 1
    assert [(p.code, p.warning) for p in done.problems] == [("vin_check_digit", True)]
    assert Vehicle.objects.filter(vin="WP0ZZZ99ZTS392124").exists()


def test_the_same_car_twice_on_one_day_is_a_warning_and_a_resale_is_none(network, record) -> None:
    done = record(
        row("A1", network.d1.pk, vin=VIN),
        row("A2", network.d1.pk, vin=VIN),
        row("A3", network.d1.pk, vin=VIN, occurred_on=DAY + timedelta(days=1)),
    )
    assert done.created == 3
    assert [(p.row_no, p.code) for p in done.problems] == [(2, "same_car")]
    later = record(row("B1", network.d1.pk, vin=VIN), source="other")
    assert [(p.row_no, p.code) for p in later.problems] == [(1, "same_car")]


def test_a_foreign_dealer_does_not_exist(network, d1_sm, actor_of, record) -> None:
    with pytest.raises(DomainError) as refused:
        record(row("A1", network.d2.pk), actor=actor_of(d1_sm))
    assert refused.value.code == "not_found"
    assert total() == 0


def test_a_return_is_a_new_fact_that_points_to_the_delivery(network, record, ops, now) -> None:
    record(row("A1", network.d1.pk, vin=VIN))
    sold = RetailDelivery.objects.get()
    back = services.record_return(
        delivery=sold, returned_on=date(2026, 7, 3), note="七日无理由", actor=ops, now=now
    )
    assert (back.quantity, back.occurred_on, back.period) == (-1, date(2026, 7, 3), date(2026, 7, 1))
    assert (back.reverses_id, back.external_id, back.vin) == (sold.pk, "A1~return", VIN)
    assert total() == 0
    assert RetailDelivery.objects.aggregate(net=Sum(F("quantity") * F("price_amount")))["net"] == 0
    with pytest.raises(DomainError) as refused:
        services.record_return(delivery=sold, returned_on=date(2026, 7, 4), note="", actor=ops, now=now)
    assert refused.value.code == "not_in_force"
    assert total() == 0


@pytest.mark.parametrize("day", [date(2026, 6, 9), date(2026, 7, 13)])
def test_a_return_lies_between_the_delivery_and_today(network, record, ops, now, day) -> None:
    record(row("A1", network.d1.pk))
    with pytest.raises(DomainError) as refused:
        services.record_return(
            delivery=RetailDelivery.objects.get(), returned_on=day, note="", actor=ops, now=now
        )
    assert refused.value.code == "date_range"
    assert total() == 1


def test_a_return_sent_by_another_system(network, record) -> None:
    done = record(
        row("R1", network.d1.pk, quantity=-1, returns="A1", occurred_on=DAY + timedelta(days=5)),
        row("A1", network.d1.pk),
    )
    assert done.created == 2
    back = RetailDelivery.objects.get(external_id="R1")
    assert back.reverses == RetailDelivery.objects.get(external_id="A1")
    with pytest.raises(RowsRefused) as refused:
        record(row("R2", network.d1.pk, quantity=-1, returns="nobody knows"))
    assert [p.code for p in refused.value.problems] == ["unknown_return"]


def test_a_correction_takes_back_and_says_anew(network, record, ops, now) -> None:
    record(row("A1", network.d1.pk, price_amount=Decimal(90000)))
    wrong = RetailDelivery.objects.get()
    right = services.correct(
        delivery=wrong, changes={"price_amount": Decimal(95000), "colour": "白"}, actor=ops, now=now
    )
    rows = RetailDelivery.objects.order_by("revision").values_list(
        "revision", "quantity", "price_amount", "colour", "reverses_id"
    )
    assert list(rows) == [
        (1, 1, Decimal(90000), "", None),
        (2, -1, Decimal(90000), "", wrong.pk),
        (3, 1, Decimal(95000), "白", None),
    ]
    assert list(queries.in_force()) == [right]
    again = record(row("A1", network.d1.pk, price_amount=Decimal(95000), colour="白"))
    assert (again.created, again.same) == (0, 1)
    with pytest.raises(RowsRefused):
        record(row("A1", network.d1.pk, price_amount=Decimal(90000)))
    with pytest.raises(DomainError) as refused:
        services.correct(delivery=wrong, changes={"colour": "红"}, actor=ops, now=now)
    assert refused.value.code == "not_in_force"
    assert total() == 1
    event = AuditEvent.objects.filter(action="sales.correct").latest("pk")
    assert (event.before["price_amount"], event.after["price_amount"]) == ("90000.00", "95000.00")


def test_a_correction_that_changes_nothing_or_is_wrong_changes_nothing(network, record, ops, now) -> None:
    record(row("A1", network.d1.pk))
    sold = RetailDelivery.objects.get()
    with pytest.raises(DomainError) as same:
        services.correct(delivery=sold, changes={"colour": ""}, actor=ops, now=now)
    assert same.value.code == "nothing_changed"
    with pytest.raises(RowsRefused):
        services.correct(delivery=sold, changes={"vin": "SHORT"}, actor=ops, now=now)
    assert RetailDelivery.objects.count() == 1


def test_a_late_fact_keeps_its_date_and_is_posted_to_the_open_month(network, record, ops, now) -> None:
    periods.set_state(month=Month(2026, 6), state=MonthState.CLOSED, actor=ops, now=now)
    done = record(row("A1", network.d1.pk), row("A2", network.d1.pk, occurred_on=date(2026, 7, 1)))
    assert (done.created, done.late) == (2, 1)
    assert list(RetailDelivery.objects.order_by("external_id").values_list("occurred_on", "period")) == [
        (DAY, date(2026, 7, 1)),
        (date(2026, 7, 1), date(2026, 7, 1)),
    ]


def test_the_reversal_of_a_closed_delivery_is_posted_to_the_open_month(network, record, ops, now) -> None:
    record(row("A1", network.d1.pk))
    periods.set_state(month=Month(2026, 6), state=MonthState.CLOSED, actor=ops, now=now)
    services.correct(delivery=RetailDelivery.objects.get(), changes={"colour": "白"}, actor=ops, now=now)
    rows = RetailDelivery.objects.order_by("revision").values_list("quantity", "occurred_on", "period")
    assert list(rows) == [
        (1, DAY, date(2026, 6, 1)),
        (-1, DAY, date(2026, 7, 1)),
        (1, DAY, date(2026, 7, 1)),
    ]


def test_the_cut_off_day_decides_the_business_month(network, record, settings) -> None:
    settings.BUSINESS_CUTOFF_DAY = 25
    record(
        row("A1", network.d1.pk, occurred_on=date(2026, 5, 25)),
        row("A2", network.d1.pk, occurred_on=date(2026, 5, 26)),
        row("A3", network.d1.pk, occurred_on=date(2026, 6, 25)),
        row("A4", network.d1.pk, occurred_on=date(2026, 6, 26)),
    )
    assert list(RetailDelivery.objects.order_by("external_id").values_list("period", flat=True)) == [
        date(2026, 5, 1),
        date(2026, 6, 1),
        date(2026, 6, 1),
        date(2026, 7, 1),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sales_retaildelivery SET price_amount = 1",
        "DELETE FROM sales_retaildelivery",
    ],
)
def test_the_data_base_refuses_changes(network, record, statement) -> None:
    record(row("A1", network.d1.pk))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert total() == 1


def test_every_new_delivery_is_in_the_audit_trail(network, record) -> None:
    record(row("A1", network.d1.pk), row("A2", network.d1.pk))
    record(row("A1", network.d1.pk), row("A3", network.d1.pk))
    events = AuditEvent.objects.filter(action="sales.record").order_by("pk")
    assert [event.object_label.split(" ")[0] for event in events] == ["A1", "A2", "A3"]
