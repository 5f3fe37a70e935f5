"""Every cell of role × action × state, asked at the product's own doors and compared with the policy table.

The table of roles and actions is `tests/contract/roles.csv`, committed and reviewed; the states of a workflow
and which of them allow a step are listed here. A cell is one request of somebody with that role, rolled back.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.urls import reverse

from apps.accounts.models import RightsChange, User
from apps.alerts.models import AlertEpisode
from apps.closing.models import Run
from apps.core.kit.pages import Page
from apps.core.models import ImportBatch
from apps.core.roles import FIELD, FIELD_STAFF, HQ, Role
from apps.dealers.models import Dealer, Outlet
from apps.inventory.models import StockMovement, TransferProposal
from apps.metrics.models import FeedStatus
from apps.periods.models import PeriodState
from apps.sales import views as sales_pages
from apps.sales.models import RetailDelivery
from proofs.arena import Report
from proofs.steps import STEPS, State, Step
from tests.contract.addresses import addresses
from tests.contract.clients import Door
from tests.contract.objects import World
from tests.contract.routes import Route, all_routes
from tests.factories import network as factory

TABLE = Path(__file__).resolve().parents[1] / "tests" / "contract" / "roles.csv"
DONE, REFUSED = (200, 201, 202, 302), (409, 422)
WATCHED: tuple[type[Model], ...] = (
    *(AlertEpisode, Run, PeriodState, Dealer, Outlet, StockMovement, TransferProposal, FeedStatus),
    *(RetailDelivery, ImportBatch, RightsChange),
)
WITHOUT_ACTION = ("accounts:login", "accounts:logout", "accounts:be-oneself")
PROVINCIAL = {Role.PROVINCE_MANAGER, Role.OFFICE_ASSISTANT, Role.MARKET_CAPTAIN, Role.MARKET_MEMBER}


def people(world: World) -> dict[Role, User]:
    """Somebody of every role whose reach holds the dealer of the objects; made for the proof."""
    network = world.network

    def place(role: Role) -> dict[str, object]:
        if role in HQ or role in (Role.AUDITOR, Role.INTEGRATION):
            return {"unit": network.hq}
        if role in FIELD | FIELD_STAFF:
            return {"unit": network.province_zj if role in PROVINCIAL else network.area_1}
        return {"group": network.group} if role == Role.INVESTOR else {"dealer": network.d1}

    return {role: factory.persona(f"proof_{role}", role, **place(role)) for role in Role}


def table() -> dict[str, set[str]]:
    """Action → the roles that hold it, as committed."""
    with TABLE.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return {row["action"]: {role for role in Role if row[role]} for row in rows}


def walk(report: Report, world: World, *, seed: int, most: int | None = None, app: str = "") -> None:
    """Ask every cell, or `most` of them: two thirds of them steps, one third pages; nothing of it stays.

    With `app` only the steps of that app are drawn from.
    """
    with transaction.atomic():
        doors = {role: Door(user) for role, user in people(world).items()}
        steps, pages = list(_step_cells(doors, app)), list(_page_cells(world, doors))
        if most is not None:
            rng = random.Random(seed)
            steps, pages = rng.sample(steps, min(len(steps), most * 2 // 3)), rng.sample(pages, most // 3)
        cells = [*steps, *pages]
        held, second = table(), Door(world.cast["hq_admin"])
        for what, role, state in cells:
            if isinstance(what, Step):
                _ask_step(report, world, held, doors[role], second, (what, role, state))
            else:
                _ask_page(report, world, held, doors[role], (what, role))
        transaction.set_rollback(True)


def plant() -> None:
    """The planted defect: a page that asks for the right to look where it should ask for the right to act."""
    sales_pages.DeliveryReturn.action = "sales.view"


def _step_cells(doors: dict[Role, Door], app: str) -> Iterator[tuple[Any, Role, Any]]:
    for step in STEPS:
        if not step.action.startswith(app):
            continue
        for state in step.states:
            yield from ((step, role, state) for role in doors)


def _page_cells(world: World, doors: dict[Role, Door]) -> Iterator[tuple[Any, Role, Any]]:
    for route in all_routes():
        if action_of(route) and route.name not in WITHOUT_ACTION:
            yield from ((route, role, None) for role in doors)


def action_of(route: Route) -> str:
    """The action a page or endpoint asks for on a GET; empty where there is none to ask."""
    page, endpoint = getattr(route.view, "view_class", None), getattr(route.view, "cls", None)
    if page is not None and issubclass(page, Page):
        return str(page.action)
    if hasattr(endpoint, "action_for") and "GET" in route.methods:
        return str(endpoint().action_for("GET"))
    return ""


def _ask_step(
    report: Report,
    world: World,
    held: dict[str, set[str]],
    door: Door,
    second: Door,
    cell: tuple[Step, Role, State],
) -> None:
    step, role, state = cell
    with transaction.atomic():
        if state.prepare is not None:
            state.prepare(world, second)
        before = _fingerprint()
        status = door.send("POST", step.address(world), step.body).status_code
        changed = _fingerprint() != before
        transaction.set_rollback(True)
    named = f"{role} × {step.action} × {state.name}: {status}"
    if not step.is_granted(role, held):
        report.expect(status == 403 and not changed, f"{named}, not granted but not refused")
    elif state.allowed:
        report.expect(status in DONE and changed, f"{named}, granted but not done")
    else:
        report.expect(status in REFUSED and not changed, f"{named}, done in a state that forbids it")


def _ask_page(
    report: Report, world: World, held: dict[str, set[str]], door: Door, cell: tuple[Route, Role]
) -> None:
    route, role = cell
    places = addresses(route, world)
    status = door.get(reverse(route.name, kwargs=places.get("own", next(iter(places.values()))))).status_code
    granted = role in held[action_of(route)]
    report.expect(
        (status != 403) == granted and status < 500,
        f"{role} × {route.name} ({action_of(route)}): {status}, {'granted' if granted else 'not granted'}",
    )


def _fingerprint() -> list[list[Any]]:
    """All the rows a step could have touched, in the part of the network that is looked at."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in WATCHED]
