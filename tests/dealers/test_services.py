"""Dealers are created, moved, renumbered, closed, reopened and merged; what was stays on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.access import system
from apps.core.errors import DomainError
from apps.core.models import AuditEvent
from apps.dealers import queries, services
from apps.dealers.models import Dealer, DealerCode, DealerPlacement, Division, OrgUnit, Outlet, UnitPlacement
from apps.dealers.rules import StoreType, UnitKind

SYSTEM = system("test")


@pytest.fixture
def by(now):
    return {"actor": SYSTEM, "now": now}


def spans(rows) -> list[tuple[str, str | None]]:
    return [(str(row.valid_from), str(row.valid_to) if row.valid_to else None) for row in rows]


def test_create_writes_code_placement_keys_and_one_event(network, by) -> None:
    hangzhou = Division.objects.get(code="3301")
    dealer = services.create_dealer(
        code=" Ｄ０１０ ",
        name="杭州西湖汽车有限公司",
        unit=network.area_1,
        city=hangzhou,
        valid_from=date(2026, 7, 1),
        **by,
    )
    assert (dealer.code, dealer.province_id, dealer.city_tier, dealer.status) == (
        "D010",
        "33",
        "tier_2",
        "active",
    )
    assert dealer.name_key == "hang zhou xi hu qi che you xian gong si"
    assert list(DealerCode.objects.filter(dealer=dealer).values_list("code", "valid_to")) == [("D010", None)]
    placed = DealerPlacement.objects.get(dealer=dealer)
    assert (placed.unit_id, placed.city_id, placed.valid_from) == (
        network.area_1.pk,
        "3301",
        date(2026, 7, 1),
    )
    event = AuditEvent.objects.get(object_type="dealers.dealer", object_id=str(dealer.pk))
    assert (event.action, event.after["city"], event.dealer_id) == (
        "dealers.create_dealer",
        "杭州市",
        dealer.pk,
    )


@pytest.mark.parametrize("code", ["D001", "OLD-1"])
def test_a_code_that_is_or_was_anothers_is_refused(network, by, code) -> None:
    services.change_code(dealer=network.d2, code="OLD-1", valid_from=date(2023, 1, 1), **by)
    services.change_code(dealer=network.d2, code="NEW-1", valid_from=date(2024, 1, 1), **by)
    before = Dealer.objects.count()
    with pytest.raises(DomainError) as refused:
        services.create_dealer(code=code, name="x", unit=network.area_1, valid_from=date(2026, 1, 1), **by)
    assert refused.value.code == "code_taken" and "code" in refused.value.fields
    assert Dealer.objects.count() == before


def test_nonsense_is_refused_field_by_field(network, by) -> None:
    with pytest.raises(DomainError) as refused:
        services.change_dealer(dealer=network.d1, name="x" * 201, store_type="palace", **by)
    assert refused.value.code == "invalid" and set(refused.value.fields) == {"name", "store_type"}
    with pytest.raises(DomainError) as refused:
        services.change_dealer(
            dealer=network.d1, contract_from=date(2026, 2, 1), contract_to=date(2026, 1, 1), **by
        )
    assert refused.value.code == "contract"
    network.d1.refresh_from_db()
    assert network.d1.version == 1 and network.d1.contract_from is None


def test_a_change_records_only_what_differs_and_a_stale_form_is_refused(network, by) -> None:
    dealer = services.change_dealer(
        dealer=network.d1, store_type=StoreType.SATELLITE, short_name="一店", **by
    )
    event = AuditEvent.objects.get(action="dealers.change_dealer")
    assert event.before == {"short_name": "", "store_type": "4s"}
    assert event.after == {"short_name": "一店", "store_type": "satellite"}
    assert dealer.version == 2 and "一店" in dealer.search_key and "yd" in dealer.search_key
    services.change_dealer(dealer=network.d1, store_type=StoreType.SATELLITE, **by)
    assert AuditEvent.objects.filter(action="dealers.change_dealer").count() == 1
    with pytest.raises(DomainError) as refused:
        services.change_dealer(dealer=network.d1, seen=1, short_name="二店", **by)
    assert refused.value.code == "stale"
    assert Dealer.objects.get(pk=network.d1.pk).short_name == "一店"


def test_moving_a_dealer_keeps_every_day_in_one_unit(network, by) -> None:
    services.place_dealer(dealer=network.d1, unit=network.area_2, valid_from=date(2026, 7, 1), **by)
    rows = DealerPlacement.objects.filter(dealer=network.d1).order_by("valid_from")
    assert spans(rows) == [("2020-01-01", "2026-07-01"), ("2026-07-01", None)]
    assert queries.unit_of(dealer=network.d1, on=date(2026, 6, 30)) == network.area_1
    assert queries.unit_of(dealer=network.d1, on=date(2026, 7, 1)) == network.area_2
    assert queries.unit_of(dealer=network.d1, on=date(2019, 12, 31)) is None
    network.d1.refresh_from_db()
    assert network.d1.unit == network.area_2
    under = {
        day: {
            dealer.code
            for dealer in queries.dealers_under(actor=SYSTEM, unit=network.area_1, on=date.fromisoformat(day))
        }
        for day in ("2026-06-30", "2026-07-01")
    }
    assert under == {"2026-06-30": {"D001", "D002"}, "2026-07-01": {"D002"}}
    assert queries.ancestry(date(2026, 7, 1))[network.d1.pk] == (
        network.hq.pk,
        network.region_a.pk,
        network.province_zj.pk,
        network.area_2.pk,
    )


def test_a_move_of_the_future_takes_effect_on_its_day(network, by, now) -> None:
    services.place_dealer(dealer=network.d1, unit=network.area_2, valid_from=date(2026, 8, 1), **by)
    services.change_code(dealer=network.d1, code="D001-N", valid_from=date(2026, 8, 1), **by)
    services.move_unit(unit=network.area_2, parent=network.province_js, valid_from=date(2026, 8, 1), **by)
    network.d1.refresh_from_db()
    assert (network.d1.unit, network.d1.code) == (network.area_1, "D001")
    assert services.follow_calendar(now=now) == 0
    assert services.follow_calendar(now=now + timedelta(days=20)) == 3
    network.d1.refresh_from_db()
    assert (network.d1.unit, network.d1.code) == (network.area_2, "D001-N")
    moved = OrgUnit.objects.get(pk=network.area_2.pk)
    assert moved.path == f"{network.province_js.path}{moved.pk}/"
    assert services.follow_calendar(now=now + timedelta(days=20)) == 0


def test_the_database_refuses_two_placements_on_one_day(network) -> None:
    for model, owner, value in (
        (DealerPlacement, {"dealer": network.d1}, {"unit": network.area_2}),
        (DealerCode, {"dealer": network.d1}, {"code": "second"}),
    ):
        before = model.objects.count()
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**owner, **value, valid_from=date(2022, 1, 1), valid_to=date(2022, 2, 1))
        assert model.objects.count() == before
    UnitPlacement.objects.create(unit=network.area_1, parent=network.province_zj, valid_from=date(2020, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitPlacement.objects.create(
            unit=network.area_1, parent=network.province_js, valid_from=date(2021, 1, 1)
        )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.integers(-30, 60), st.sampled_from(["area_1", "area_2", "province_js"])), max_size=6
    )
)
def test_any_moves_leave_exactly_one_placement_a_day(network, by, moves) -> None:
    with transaction.atomic():
        for offset, place in moves:
            services.place_dealer(
                dealer=network.d1,
                unit=getattr(network, place),
                valid_from=date(2026, 1, 1) + timedelta(days=offset),
                **by,
            )
        for day in (date(2025, 11, 1) + timedelta(days=step) for step in range(0, 150, 7)):
            assert queries.standing_on(day).filter(dealer=network.d1).count() == 1
        today = queries.unit_of(dealer=network.d1, on=date(2026, 7, 12))
        assert Dealer.objects.get(pk=network.d1.pk).unit == today
        transaction.set_rollback(True)


def test_relocation_changes_city_province_tier_and_unit_from_a_day(network, by) -> None:
    nanjing = Division.objects.get(code="3201")
    services.relocate(
        dealer=network.d1,
        to=services.Location(city=nanjing, address="中山路 1 号"),
        unit=network.province_js,
        valid_from=date(2026, 7, 1),
        **by,
    )
    network.d1.refresh_from_db()
    assert (network.d1.city_id, network.d1.province_id, network.d1.city_tier) == ("3201", "32", "tier_2")
    assert (network.d1.unit, network.d1.address) == (network.province_js, "中山路 1 号")
    first, second = DealerPlacement.objects.filter(dealer=network.d1).order_by("valid_from")
    assert (first.city_id, second.city_id) == (None, "3201")
    with pytest.raises(DomainError) as refused:
        services.relocate(
            dealer=network.d1,
            to=services.Location(city=nanjing, county=Division.objects.get(code="330106")),
            valid_from=date(2026, 7, 2),
            **by,
        )
    assert refused.value.code == "place"
    assert DealerPlacement.objects.filter(dealer=network.d1).count() == 2


def test_a_county_administered_by_its_province_is_a_city_of_its_own(network, by) -> None:
    qianjiang = Division.objects.get(code="429005")
    services.relocate(
        dealer=network.d4, to=services.Location(city=qianjiang), valid_from=date(2026, 7, 1), **by
    )
    network.d4.refresh_from_db()
    assert (network.d4.province_id, network.d4.city.name, network.d4.city_tier) == ("42", "潜江市", "other")


def test_old_codes_still_find_their_dealer(network, by) -> None:
    services.change_code(dealer=network.d1, code="N-001", valid_from=date(2026, 7, 1), **by)
    network.d1.refresh_from_db()
    assert network.d1.code == "N-001"
    rows = DealerCode.objects.filter(dealer=network.d1).order_by("valid_from")
    assert [(row.code, str(row.valid_from)) for row in rows] == [
        ("D001", "2020-01-01"),
        ("N-001", "2026-07-01"),
    ]
    found = queries.resolve(["D001", "N-001", " n-001", "D00１"], SYSTEM)
    assert found == dict.fromkeys(["D001", "N-001", " n-001", "D00１"], network.d1.pk)
    assert [dealer.pk for dealer in queries.matching(Dealer.objects.all(), "d001")] == [network.d1.pk]
    services.change_code(dealer=network.d1, code="D001", valid_from=date(2026, 7, 10), **by)
    network.d1.refresh_from_db()
    assert network.d1.code == "D001"


def test_closing_and_reopening(network, by) -> None:
    outlet = services.create_outlet(
        dealer=network.d1, code="S1", name="城东展厅", store_type=StoreType.CITY_SHOWROOM, **by
    )
    with pytest.raises(DomainError) as refused:
        services.close_dealer(dealer=network.d1, on=date(2026, 7, 13), **by)
    assert refused.value.code == "future"
    services.close_dealer(dealer=network.d1, on=date(2026, 7, 1), reason="解约", **by)
    network.d1.refresh_from_db()
    assert (network.d1.status, network.d1.closed_on) == ("closed", date(2026, 7, 1))
    assert Outlet.objects.get(pk=outlet.pk).closed_on == date(2026, 7, 1)
    assert queries.unit_of(dealer=network.d1, on=date(2026, 7, 31)) == network.area_1
    with pytest.raises(DomainError) as refused:
        services.close_dealer(dealer=network.d1, on=date(2026, 7, 2), **by)
    assert refused.value.code == "status"
    services.reopen_dealer(dealer=network.d1, **by)
    network.d1.refresh_from_db()
    assert (network.d1.status, network.d1.closed_on) == ("active", None)
    assert [event.action for event in queries.history(actor=SYSTEM, dealer=network.d1)] == [
        "dealers.reopen_dealer",
        "dealers.close_dealer",
        "dealers.close_outlet",
        "dealers.create_outlet",
    ]


def test_merging_points_to_the_survivor_and_leads_codes_there(network, by) -> None:
    services.change_code(dealer=network.d2, code="D002-B", valid_from=date(2025, 1, 1), **by)
    services.merge_dealers(dealer=network.d2, survivor=network.d1, on=date(2026, 7, 1), **by)
    network.d2.refresh_from_db()
    assert (network.d2.status, network.d2.merged_into, network.d2.closed_on) == (
        "merged",
        network.d1,
        date(2026, 7, 1),
    )
    assert queries.resolve(["D002", "D002-B"], SYSTEM) == {"D002": network.d1.pk, "D002-B": network.d1.pk}
    assert queries.unit_of(dealer=network.d2, on=date(2026, 7, 31)) == network.area_1
    for wrong in (network.d2, network.d1):
        with pytest.raises(DomainError):
            services.merge_dealers(dealer=network.d1, survivor=wrong, on=date(2026, 7, 1), **by)
    with pytest.raises(DomainError) as refused:
        services.set_status(dealer=network.d2, status="active", **by)
    assert refused.value.code == "status"
    network.d1.refresh_from_db()
    assert network.d1.status == "active"


def test_a_merged_code_does_not_tell_a_dealer_about_its_survivor(network, by, d2_gm, actor_of) -> None:
    actor = actor_of(d2_gm)
    services.merge_dealers(dealer=network.d2, survivor=network.d1, on=date(2026, 7, 1), **by)
    assert queries.resolve(["D002", "D001"], actor) == {"D002": network.d2.pk}
    assert queries.resolve(["D002", "D001"], actor_of(d2_gm)) == {}


def test_status_steps(network, by) -> None:
    dealer = services.create_dealer(
        code="P1", name="筹建店", unit=network.area_1, valid_from=date(2026, 7, 1), status="preparing", **by
    )
    assert services.set_status(dealer=dealer, status="active", **by).status == "active"
    assert services.set_status(dealer=dealer, status="suspended", reason="整改", **by).status == "suspended"
    with pytest.raises(DomainError):
        services.set_status(dealer=dealer, status="closed", **by)
    assert services.set_status(dealer=dealer, status="active", **by).status == "active"


def test_units_are_created_moved_and_closed_with_dates(network, by) -> None:
    area = services.create_unit(
        code="JS1",
        name="苏南片区",
        kind=UnitKind.AREA,
        parent=network.province_js,
        valid_from=date(2026, 1, 1),
        **by,
    )
    assert area.path == f"{network.province_js.path}{area.pk}/"
    services.place_dealer(dealer=network.d4, unit=area, valid_from=date(2026, 2, 1), **by)
    services.move_unit(unit=network.province_js, parent=network.region_a, valid_from=date(2026, 7, 1), **by)
    network.province_js.refresh_from_db()
    area.refresh_from_db()
    assert network.province_js.path == f"{network.region_a.path}{network.province_js.pk}/"
    assert area.path == f"{network.province_js.path}{area.pk}/"
    codes = {
        day: sorted(
            dealer.code for dealer in queries.dealers_under(actor=SYSTEM, unit=network.region_b, on=day)
        )
        for day in (date(2026, 6, 30), date(2026, 7, 1))
    }
    assert codes == {date(2026, 6, 30): ["D004", "D005"], date(2026, 7, 1): []}
    nodes = {node.unit.code: node for node in queries.tree(actor=SYSTEM, on=date(2026, 7, 1))}
    assert (nodes["RA"].all_dealers, nodes["RB"].all_dealers, nodes["HQ"].all_dealers) == (5, 0, 5)
    assert (nodes["JS1"].depth, nodes["JS1"].own_dealers) == (3, 1)
    before = {node.unit.code: node.all_dealers for node in queries.tree(actor=SYSTEM, on=date(2026, 6, 30))}
    assert (before["RA"], before["RB"]) == (3, 2)
    with pytest.raises(DomainError) as refused:
        services.close_unit(unit=area, on=date(2026, 7, 2), **by)
    assert refused.value.code == "not_empty"
    services.close_unit(unit=network.region_b, on=date(2026, 7, 2), **by)
    assert "RB" not in {node.unit.code for node in queries.tree(actor=SYSTEM, on=date(2026, 7, 2))}
    assert "RB" in {node.unit.code for node in queries.tree(actor=SYSTEM, on=date(2026, 7, 1))}


@pytest.mark.parametrize(
    ("kind", "parent", "code"),
    [
        (UnitKind.REGION, "area_1", "parent"),
        (UnitKind.AREA, "area_2", "parent"),
        (UnitKind.HQ, None, "headquarters"),
        (UnitKind.REGION, None, "parent"),
    ],
)
def test_units_stand_under_higher_ones(network, by, kind, parent, code) -> None:
    before = OrgUnit.objects.count()
    above = getattr(network, parent) if parent else None
    with pytest.raises(DomainError) as refused:
        services.create_unit(code="X", name="x", kind=kind, parent=above, valid_from=date(2026, 1, 1), **by)
    assert refused.value.code == code
    assert OrgUnit.objects.count() == before


def test_headquarters_does_not_move_and_no_circle_forms(network, by) -> None:
    for unit, parent in ((network.hq, network.region_a), (network.region_a, network.area_1)):
        with pytest.raises(DomainError):
            services.move_unit(unit=unit, parent=parent, valid_from=date(2026, 1, 1), **by)
    network.region_a.refresh_from_db()
    assert network.region_a.parent == network.hq


def test_spellings_resolve_by_code_name_short_name_and_otherwise_written_names(network, by) -> None:
    services.change_dealer(dealer=network.d3, name="宁波（海曙）汽车有限责任公司", short_name="海曙店", **by)
    asked = ["D003", "宁波（海曙）汽车有限责任公司", "海曙店", "宁波(海曙)汽车 有限公司", "没有这家店"]
    assert queries.resolve(asked, SYSTEM) == dict.fromkeys(asked[:4], network.d3.pk)
    services.change_dealer(dealer=network.d4, short_name="海曙店", **by)
    assert queries.resolve(["海曙店"], SYSTEM) == {}


def test_unknown_spellings_become_dealers_once(network, by, now) -> None:
    made = services.create_from_spellings(["Capitol KIA", "U-Haul CO"], SYSTEM, now)
    assert queries.resolve(["capitol kia", "U-Haul CO"], SYSTEM) == {
        "capitol kia": made["Capitol KIA"],
        "U-Haul CO": made["U-Haul CO"],
    }
    dealer = Dealer.objects.get(pk=made["Capitol KIA"])
    assert (dealer.code, dealer.unit.code, dealer.unit.parent) == ("X0001", "UNASSIGNED", network.hq)
    assert queries.unit_of(dealer=dealer, on=date(2014, 1, 1)) is not None
    more = services.create_from_spellings(["Third"], SYSTEM, now)
    assert Dealer.objects.get(pk=more["Third"]).code == "X0003"


def test_reference_tables_load_again_without_touching_tiers(db) -> None:
    Division.objects.filter(code="3301").update(tier="tier_1", name="杭州")
    assert services.load_reference() == (3354, 77)
    hangzhou = Division.objects.get(code="3301")
    assert (hangzhou.name, hangzhou.tier) == ("杭州市", "tier_1")
    assert Division.objects.count() == 3354
