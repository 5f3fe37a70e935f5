"""Roles, search providers and jobs, held to committed tables like the routes.

`roles.csv` says what every role may do as shipped, so that the roles that have no column among the personas
are compared by their grants; a new action or role without a row fails. `DEALEROPS_UPDATE_MATRIX=1` writes the
tables.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from django.urls import reverse

from apps.accounts import policies as accounts_policies
from apps.accounts import queries as accounts
from apps.accounts.rights import grants
from apps.closing import policies as closing
from apps.core import access, jobs
from apps.core import policies as core_policies
from apps.core.imports import policies as imports
from apps.core.kit import search
from apps.core.roles import DEALER, DEALER_STAFF, MONEY, OPERATORS, Role
from apps.forecasting import policies as forecasting
from apps.incentives import policies as incentives
from apps.ledger import policies as ledger
from apps.sales import views as sales_pages
from proofs import cells
from proofs.arena import Report
from tests.conftest import NOW
from tests.contract.addresses import addresses
from tests.contract.clients import Door
from tests.contract.objects import World
from tests.contract.routes import all_routes
from tests.factories import network as factory

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parent
UPDATE = os.environ.get("DEALEROPS_UPDATE_MATRIX") == "1"
NOBODY = ""
ASKED_BY = {
    "accounts.mail_link": accounts_policies.MANAGE,
    "accounts.send_reset": NOBODY,  # of who forgot its password: before any log-in
    "core.check_trail": NOBODY,  # of beat, each night
    "core.backup": core_policies.OPERATE,
    "ordering.fund_blocked": ledger.POST,
    "portal.self_test": core_policies.OPERATE,
    "closing.run_step": closing.RUN,
    "incentives.backtest_term": incentives.documents.DRAFT,
    "incentives.calculate": incentives.CALCULATE,
    "forecasting.compute": forecasting.COMPUTE,
    "core.check_import": imports.IMPORT,
    "core.commit_import": imports.IMPORT,
}
"""Job → the action of who asks for it; a job runs with the rights of who asked."""
OF_ONE_ROLE = {Role.HQ_LEGAL: {"incentives.waive_finding": "incentives:finding-sign"}}
"""Role beside the personas → the actions it alone holds → the page where each is tried."""


def held_to(name: str, head: list[str], rows: list[list[str]]) -> None:
    """Compare rows with the committed table, or write it."""
    path = HERE / name
    if UPDATE:
        with path.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([head, *rows])
    with path.open(newline="", encoding="utf-8") as handle:
        assert [head, *rows] == list(csv.reader(handle))


def test_every_role_and_action_stands_in_the_table() -> None:
    shipped = grants.shipped()
    rows = [
        [code, *(_told(shipped.get((str(role), code))) for role in Role)] for code in sorted(access.actions())
    ]
    held_to("roles.csv", ["action", *Role], rows)


def _told(limit: access.Limit | None) -> str:
    if limit is None:
        return ""
    return "yes" if limit.unlimited else f"≤{limit.rate or limit.amount}"


def test_roles_beside_the_personas_hold_nothing_that_is_not_tried() -> None:
    """Each further role does no more than personas of its side: what they are refused, it is refused."""
    tried = {role for role, _where in factory.PERSONAS.values()}
    by_role = {role: {code for whose, code in grants.shipped() if whose == role} for role in Role}
    for role in set(Role) - tried - {Role.INTEGRATION}:
        side = DEALER | DEALER_STAFF if role in DEALER | DEALER_STAFF else set(Role) - DEALER - DEALER_STAFF
        known = set().union(*(by_role[each] for each in tried & side))
        assert by_role[role] - known == set(OF_ONE_ROLE.get(role, {})), role


def test_what_one_role_beside_the_personas_may_is_tried_as_that_role(world: World) -> None:
    """The matrix shows that no persona gets in there; here the one role does, and reaches its form."""
    for role, pages in OF_ONE_ROLE.items():
        user = factory.persona(f"one_{role}", role, unit=world.network.hq)
        door = Door(user)
        for code, name in pages.items():
            assert [whose for whose, held in grants.shipped() if held == code] == [role]
            route = next(each for each in all_routes() if each.name == name)
            url = reverse(name, kwargs=addresses(route, world)["shared"])
            assert [door.ask(method, url).status_code for method in ("GET", "POST")] == [200, 422], name


def test_only_operators_and_money_roles_hold_guarded_actions() -> None:
    for code, action in access.actions().items():
        if action.guarded:
            assert action.roles <= OPERATORS | MONEY, code


def test_search_providers_find_what_is_one_s_own(world: World) -> None:
    rows = []
    actors = {name: accounts.actor_for(world.cast[name], on=NOW.date()) for name in factory.PERSONAS}
    for code, provider in sorted(search._providers.items()):
        for owner, owned in (("own", world.own), ("sister", world.sister), ("foreign", world.foreign)):
            texts = (owned.dealer.code, owned.keys["vin"])
            rows.append(
                [
                    code,
                    owner,
                    *(
                        "found" if any(provider.find(actor, text, 6) for text in texts) else "-"
                        for actor in actors.values()
                    ),
                ]
            )
    held_to("search.csv", ["provider", "object", *actors], rows)
    blind = ("d1_gm", "d1_sm", "d1_fin", "d2_gm", "investor", "prov_zj", "reg_a", "am_1")
    for row in rows:
        if row[1] == "foreign":
            assert {row[2 + list(actors).index(name)] for name in blind} == {"-"}, row[0]


def test_a_job_is_asked_for_by_an_action_and_by_nobody_without_it(world: World) -> None:
    assert set(ASKED_BY) == set(jobs.codes())
    actors = {name: accounts.actor_for(world.cast[name], on=NOW.date()) for name in factory.PERSONAS}
    rows = [
        [code, ASKED_BY[code], *("yes" if actor.may(ASKED_BY[code]) else "-" for actor in actors.values())]
        for code in sorted(ASKED_BY)
    ]
    held_to("jobs.csv", ["job", "action", *actors], rows)


def test_m3_every_cell_of_role_action_and_state_answers_as_the_table_says(world: World) -> None:
    report = Report("M3", 7)
    cells.walk(report, world, seed=7, most=120)
    assert (report.trials, report.failures) == (120, [])


def test_m3_finds_its_planted_defect(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales_pages.DeliveryReturn, "action", sales_pages.DeliveryReturn.action)
    cells.plant()
    report = Report("M3", 7)
    cells.walk(report, world, seed=7, most=120, app="sales.")
    assert report.failures and all("sales.correct" in failure for failure in report.failures)
