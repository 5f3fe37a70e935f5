"""The second wall: what the data base itself shows and refuses, whatever the product asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection, transaction

from apps.accounts import queries as accounts
from apps.core import fortress, reach, survey
from apps.core.access import Actor, policies
from apps.core.models import ImportBatch
from apps.core.wall import WEB
from apps.dealers.models import Dealer, Outlet
from apps.inventory.models import StockMovement
from apps.kernel.period import Month
from apps.metrics import partitions
from apps.metrics.models import FeedStatus, KpiValue
from apps.sales.models import RetailDelivery

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 1)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    with reach.one_transaction():
        reach.become(actor)
        yield


def ask(sql: str, *params: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic():
        call()
    return str(caught.value)


def test_the_walls_stand_as_declared() -> None:
    assert survey.faults() == []
    call_command("database_roles", "--check")


def test_every_owned_model_is_guarded_or_says_why_not() -> None:
    owned = {policy.model for policy in policies().values() if policy.ownership in fortress.GUARDED}
    open_ones = {policy.model._meta.label for policy in policies().values() if policy.wall.open_because}
    assert {policy.model for policy in policies().values() if fortress.guarded(policy)} <= owned
    before_log_in = {"accounts.Session", "accounts.Device", "accounts.SecondFactor", "accounts.RecoveryCode"}
    before_log_in |= {"accounts.FormerPassword"}
    assert open_ones == before_log_in | {"accounts.Delegation", "vehicles.Vehicle"}
    assert {Dealer, Outlet, RetailDelivery, StockMovement, FeedStatus, KpiValue, ImportBatch} <= owned


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "ALTER TABLE sales_retaildelivery NO FORCE ROW LEVEL SECURITY",
            "sales_retaildelivery is not enabled",
        ),
        ("ALTER TABLE metrics_kpivalue DISABLE ROW LEVEL SECURITY", "metrics_kpivalue is not enabled"),
        ("DROP POLICY wall ON dealers_dealer", "dealers_dealer has the policies ['wall_inside']"),
        ("CREATE POLICY more ON dealers_outlet USING (true)", "['more', 'wall', 'wall_inside']"),
        (f"GRANT UPDATE ON sales_retaildelivery TO {WEB}", "may change rows of sales_retaildelivery"),
        (f"GRANT DELETE ON core_auditevent TO {WEB}", "may change rows of core_auditevent"),
        (f"GRANT SELECT ON metrics_kpivalue_2031_01 TO {WEB}", "partition metrics_kpivalue_2031_01"),
        (
            "ALTER TABLE inventory_stockmovement DROP CONSTRAINT stockmovement_same_dealer",
            "stockmovement_same_dealer is missing",
        ),
        ("CREATE VIEW all_sales AS SELECT * FROM sales_retaildelivery", "view all_sales"),
        ("CREATE TABLE fresh (id int, dealer_id bigint)", "fresh has a dealer"),
        (f"ALTER TABLE sales_retaildelivery OWNER TO {WEB}", f"{WEB} owns sales_retaildelivery"),
        (f"ALTER ROLE {WEB} BYPASSRLS", "more than it may be"),
        ("GRANT EXECUTE ON FUNCTION dealers_below TO PUBLIC", "function dealers_below"),
        ("ALTER FUNCTION dealers_below RESET search_path", "function dealers_below"),
    ],
)
def test_damage_is_noticed(damage: str, said: str) -> None:
    partitions.ensure([Month(2031, 1)])
    assert survey.faults() == []
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert said in " ".join(survey.faults())
    with pytest.raises(CommandError):
        call_command("database_roles", "--check")


def test_building_again_mends_and_then_does_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY wall ON dealers_dealer")
        cursor.execute(f"GRANT DELETE ON core_auditevent TO {WEB}")
    assert fortress.build(always=True)
    assert survey.faults() == []
    assert not fortress.build()


def test_without_a_scope_nothing_is_visible(network) -> None:
    with reach.one_transaction(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {WEB}")
        assert ask("SELECT count(*) FROM dealers_dealer") == [(0,)]
        cursor.execute("RESET ROLE")
    assert Dealer.objects.count() == 5


def test_a_dealer_sees_its_own_rows_only_and_writes_no_others(network, d1_gm, actor_of, now) -> None:
    row = {"period": JUNE, "feed": "sales.retail", "state": "nil", "source": "test"}
    row |= {"first_reported_at": now, "last_reported_at": now}
    for dealer in (network.d1, network.d4):
        FeedStatus.objects.create(dealer=dealer, **row)
    with acting(actor_of(d1_gm)):
        assert set(Dealer.objects.values_list("code", flat=True)) == {"D001"}
        assert list(FeedStatus.objects.values_list("dealer", flat=True)) == [network.d1.pk]
        assert FeedStatus.objects.filter(dealer=network.d4).update(state="reported") == 0
        assert FeedStatus.objects.filter(dealer=network.d4).delete()[0] == 0
        other = row | {"feed": "inventory.stock"}
        said = refused(lambda: FeedStatus.objects.create(dealer=network.d4, **other))
        assert "row-level security policy" in said
        moved = FeedStatus.objects.filter(dealer=network.d1)
        assert "row-level security policy" in refused(lambda: moved.update(dealer=network.d4))
    assert FeedStatus.objects.get(dealer=network.d4).state == "nil"


@pytest.mark.parametrize(
    ("persona", "codes"),
    [
        ("hq_ops", "D001 D002 D003 D004 D005"),
        ("prov_zj", "D001 D002 D003"),
        ("am_1", "D001 D002"),
        ("investor", "D001 D003"),
        ("d2_gm", "D002"),
    ],
)
def test_the_data_base_knows_the_reach_of_everybody(
    persona: str, codes: str, network, cast, actor_of
) -> None:
    with acting(actor_of(cast[persona])):
        assert sorted(Dealer.objects.values_list("code", flat=True)) == codes.split()


def test_the_reach_itself_is_found_without_seeing_dealers(network, am_1, now) -> None:
    expected = accounts.actor_for(am_1, on=now.date()).scope
    with acting(Actor(user_id=am_1.pk, label="")):
        assert Dealer.objects.count() == 0
        assert accounts.actor_for(am_1, on=now.date()).scope == expected
    assert expected.dealer_ids == {network.d1.pk, network.d2.pk}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE sales_retaildelivery SET quantity = 1",
        "DELETE FROM inventory_stockmovement",
        "UPDATE core_auditevent SET action = ''",
        "DELETE FROM core_auditevent",
        "UPDATE closing_run SET status = 'done'",
        "INSERT INTO incentives_accrual DEFAULT VALUES",
        "UPDATE metrics_kpivalue SET value = 1",
        "INSERT INTO health_healthscore DEFAULT VALUES",
        "UPDATE inventory_stockunit SET gone_on = NULL",
        "DELETE FROM core_job",
        "SELECT * FROM metrics_kpivalue_2031_01",
        "TRUNCATE dealers_dealer",
        "ALTER TABLE dealers_dealer DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_web_role_is_refused(sql: str, hq_admin, actor_of) -> None:
    partitions.ensure([Month(2031, 1)])
    with acting(actor_of(hq_admin)), connection.cursor() as cursor:
        said = refused(lambda: cursor.execute(sql))
    assert "permission denied" in said or "must be owner" in said


def test_past_the_scope_is_read_for_a_moment_only(network, d1_gm, actor_of) -> None:
    with acting(actor_of(d1_gm)):
        with reach.beyond("test"):
            assert Dealer.objects.count() == 5
        assert Dealer.objects.count() == 1
        with pytest.raises(ValueError, match="x"), reach.beyond("test"):
            raise ValueError("x")
        assert Dealer.objects.count() == 1


def test_the_scope_ends_with_its_transaction(network, d1_gm, actor_of) -> None:
    with acting(actor_of(d1_gm)):
        assert ask("SELECT current_user") == [(WEB,)]
    assert ask("SELECT current_user = session_user") == [(True,)]
    with pytest.raises(ValueError, match="x"), acting(actor_of(d1_gm)):
        raise ValueError("x")
    assert ask("SELECT current_user = session_user, current_setting('dealerops.dealers')") == [(True, "")]


def test_the_scope_is_read_once_for_a_statement(network, d1_gm, actor_of) -> None:
    with acting(actor_of(d1_gm)):
        plan = "\n".join(str(line) for (line,) in ask("EXPLAIN SELECT * FROM sales_retaildelivery"))
    assert plan.count("Result") == 2, "everything and the dealers, each found out once"
    assert "SubPlan" not in plan
