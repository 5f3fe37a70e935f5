"""When an alert episode opens, closes and may open anew. Source: I-12."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

REARM_HIGH = Decimal("0.95")
REARM_LOW = Decimal("1.05")


class Level(StrEnum):
    """Whose values a rule reads: those of each dealer, of each unit below headquarters, or of the network."""

    DEALER = "dealer"
    UNIT = "unit"
    NETWORK = "network"


class Split(StrEnum):
    """How the cars of a place are told apart: not at all, by model, or by model, trim and colour."""

    ALL = "all"
    MODEL = "model"
    SKU = "sku"


class Side(StrEnum):
    """Which limit was crossed."""

    HIGH = "high"
    LOW = "low"


class Event(StrEnum):
    """What a new value did to an episode."""

    NONE = "none"
    OPENED = "opened"
    CONTINUED = "continued"
    CLOSED = "closed"
    REOPENED = "reopened"
    REARMED = "rearmed"
    ENDED = "ended"


class CloseReason(StrEnum):
    """Why an episode was closed other than by a value back within the limits."""

    RULE_ENDED = "rule_ended"
    RULE_REPLACED = "rule_replaced"
    NOT_READ = "not_read"
    UNFOUNDED = "unfounded"
    BY_HAND = "by_hand"


class Outcome(StrEnum):
    """What somebody says of an alert that it closes."""

    SOLVED = "solved"
    ACCEPTED = "accepted"
    FALSE_ALARM = "false_alarm"


@dataclass(frozen=True)
class Limits:
    """The limits of a rule; a value equal to a limit is not beyond it.

    For `cooldown_days` after an episode was closed a crossing opens it again instead of a new one.
    """

    high: Decimal | None = None
    low: Decimal | None = None
    cooldown_days: int = 0

    def side(self, value: Decimal) -> Side | None:
        """The limit the value lies beyond, if any."""
        if self.high is not None and value > self.high:
            return Side.HIGH
        if self.low is not None and value < self.low:
            return Side.LOW
        return None

    def rearmed(self, value: Decimal, side: Side) -> bool:
        """Whether the value has come back far enough for a new episode on that side."""
        if side is Side.HIGH:
            return self.high is None or value <= self.high * REARM_HIGH
        return self.low is None or value >= self.low * REARM_LOW

    def cooling(self, closed_on: date | None, on: date | None) -> bool:
        """Whether the last episode was closed too short a time ago for a new one."""
        if closed_on is None or on is None:
            return False
        return on < closed_on + timedelta(days=self.cooldown_days)


@dataclass(frozen=True)
class State:
    """Where a place stands under a rule: its latest episode, whether open, whether a new one may open."""

    episode: int = 0
    side: Side | None = None
    is_open: bool = False
    armed: bool = True
    closed_on: date | None = None


def step(state: State, value: Decimal | None, limits: Limits, on: date | None = None) -> tuple[State, Event]:
    """The state after the value of a month or day. Without a value nothing changes: missing is neither good
    nor bad.
    """
    if value is None:
        return state, Event.CONTINUED if state.is_open else Event.NONE
    side = limits.side(value)
    if state.is_open and side is state.side:
        return state, Event.CONTINUED
    if side is not None:
        return _beyond(state, side, limits, on)
    if state.is_open:
        armed = state.side is None or limits.rearmed(value, state.side)
        return replace(state, is_open=False, armed=armed, closed_on=on), Event.CLOSED
    if not state.armed and state.side is not None and limits.rearmed(value, state.side):
        return replace(state, armed=True), Event.REARMED
    return state, Event.NONE


def end(state: State) -> tuple[State, Event]:
    """The state after the rule stopped reading the dealer: nothing open, and any value may open anew."""
    return State(episode=state.episode), Event.ENDED if state.is_open else Event.NONE


def start_over(
    state: State, value: Decimal | None, limits: Limits, on: date | None = None
) -> tuple[State, Event]:
    """The state after the first value under another version of the rule, which takes over no episode."""
    ended, event = end(state)
    began, opened = step(ended, value, limits, on)
    return began, event if opened is Event.NONE else opened


def _beyond(state: State, side: Side, limits: Limits, on: date | None) -> tuple[State, Event]:
    same = side is state.side and not state.is_open
    if same and (not state.armed or limits.cooling(state.closed_on, on)):
        return replace(state, is_open=True, armed=False, closed_on=None), Event.REOPENED
    return State(episode=state.episode + 1, side=side, is_open=True, armed=False), Event.OPENED


def excess_stock_cost(
    stock: Decimal, sales: Decimal, limit: Decimal, unit_value: Decimal, annual_rate: Decimal
) -> Decimal:
    """Yuan a year that stock above `limit` × sales costs; 0 when there is none. Source: I-01, conventions."""
    excess = stock - limit * sales
    return max(excess, Decimal(0)) * unit_value * annual_rate
