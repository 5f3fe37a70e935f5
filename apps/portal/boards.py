"""From a request to the board it asks for: the network for the maker's people, the own store for a dealer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from apps.core.access import Actor
from apps.core.kit import period
from apps.dealers.models import Dealer, OrgUnit
from apps.metrics.queries import months as store
from apps.portal import queries
from apps.portal.panels import dealer as dealer_panels
from apps.portal.panels import network as network_panels
from apps.portal.panels.board import Board, Panel

UNIT = "unit"
FIELD_KINDS = frozenset({"area", "province"})


class Desk:
    """What a person looks at on the home page: the board, its panels, and what else could be picked."""

    def __init__(self, request: HttpRequest, actor: Actor) -> None:
        self.units: Sequence[OrgUnit] = [] if actor.is_dealer else queries.units(actor)
        self.dealers: Sequence[Dealer] = (
            list(queries.dealers(actor=actor).order_by("code")) if actor.is_dealer else []
        )
        unit = _picked_unit(request, self.units)
        dealer = _picked_dealer(request, self.dealers)
        self.board = _board(request, actor, unit=unit, dealer=dealer, units=self.units)

    @property
    def panels(self) -> Sequence[Panel]:
        """The panels for this kind of reach."""
        board = self.board
        if board.dealer is not None:
            return dealer_panels.HOME
        if board.unit is not None and board.unit.kind in FIELD_KINDS:
            return network_panels.FIELD
        return network_panels.NETWORK

    def keep(self, request: HttpRequest) -> None:
        """Remember the unit picked for the rest of the session."""
        if request.GET.get(UNIT) and self.board.unit is not None:
            request.session[UNIT] = str(self.board.unit.pk)

    def context(self) -> dict[str, Any]:
        """What the page needs beside its panels."""
        return {"board": self.board, "units": _indented(self.units), "dealers": self.dealers}


def dealer_board(request: HttpRequest, actor: Actor, code: str) -> Board:
    """The board of one dealer; 404 outside the scope."""
    found = queries.dealers(actor=actor).filter(code=code).first()
    if found is None:
        raise Http404
    return _board(request, actor, dealer=found)


def asked_board(request: HttpRequest, actor: Actor) -> Board:
    """The board an API call names: a dealer, a unit, or the caller's own; 404 outside the scope."""
    if "dealer" in request.GET:
        return dealer_board(request, actor, request.GET["dealer"])
    desk = Desk(request, actor)
    if UNIT in request.GET and str(desk.board.unit and desk.board.unit.pk) != request.GET[UNIT]:
        raise Http404
    return desk.board


def month_board(request: HttpRequest, actor: Actor, known_on: date | None = None) -> Board:
    """The board of the picked month, of nobody in particular; as it was known on a day when one is given."""
    board = _board(request, actor)
    if known_on is not None:
        board.known = store.current_revisions(known_on=known_on)
    return board


def _board(request: HttpRequest, actor: Actor, **about: Any) -> Board:
    known = {choice.month: choice.reading for choice in period.choices(request)}
    return Board(actor, period.picked(request), timezone.localdate(), known, request.GET.dict(), **about)


def _picked_unit(request: HttpRequest, units: Sequence[OrgUnit]) -> OrgUnit | None:
    if not units:
        return None
    asked = request.GET.get(UNIT) or request.session.get(UNIT)
    return next((unit for unit in units if str(unit.pk) == str(asked)), units[0])


def _picked_dealer(request: HttpRequest, dealers: Sequence[Dealer]) -> Dealer | None:
    asked = request.GET.get("dealer")
    return next((dealer for dealer in dealers if dealer.code == asked), dealers[0] if dealers else None)


def _indented(units: Sequence[OrgUnit]) -> list[dict[str, Any]]:
    """The units as a tree for a select box: each below its parent, set in by its depth."""
    depth = min((unit.path.count("/") for unit in units), default=0)
    ordered = sorted(units, key=lambda unit: unit.path)
    return [
        {"pk": unit.pk, "name": unit.name, "indent": "\u2003" * (unit.path.count("/") - depth)}
        for unit in ordered
    ]
