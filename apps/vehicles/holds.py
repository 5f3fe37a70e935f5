"""Cars that may not be handed over for a while: one app says which, others ask before they let a car go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Hold:
    """From `since` up to (not including) `until`, or until further notice, a car may not be sold."""

    vin: str
    since: date
    until: date | None
    reason: str

    def holds_on(self, day: date) -> bool:
        """Whether the sale is stopped on a day."""
        return self.since <= day and (self.until is None or day < self.until)


Teller = Callable[[Collection[str]], Iterable[Hold]]

_tellers: list[Teller] = []


def told_by(teller: Teller) -> Teller:
    """Register who knows the holds of VINs, past ones among them, whichever dealer has the car.

    ValueError when somebody tells already.
    """
    if _tellers:
        raise ValueError("holds are told by one app only")
    _tellers.append(teller)
    return teller


def holds(vins: Collection[str]) -> dict[str, list[Hold]]:
    """The holds of cars by VIN; a car without any is left out."""
    found: dict[str, list[Hold]] = {}
    for teller in _tellers:
        for hold in teller({vin for vin in vins if vin}):
            found.setdefault(hold.vin, []).append(hold)
    return found


def hold_on(vin: str, day: date) -> Hold | None:
    """Why a car may not be handed over on a day."""
    return next((hold for hold in holds([vin]).get(vin, ()) if hold.holds_on(day)), None)
