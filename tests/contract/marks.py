"""What marks the objects of each dealer, and how the tests name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.core import access
from apps.dealers.models import Dealer
from apps.kernel.period import Month
from apps.vehicles import rules as vin_rules
from tests.factories import network as factory

SYSTEM = access.system("contract")
JUNE = Month(2026, 6)
MAY = Month(2026, 5)
SOLD = (Month(2025, 4), Month(2025, 5), Month(2025, 6), Month(2026, 4), MAY, JUNE)
MEDIAN = "D003"
PRIMES = {"D001": "100003", "D002": "200003", "D003": "300007", "D004": "400009", "D005": "500009"}
"""A price of each dealer that no other figure of the network can be."""


def canary(dealer: Dealer, what: str) -> str:
    """A text that can only come from a row of this dealer."""
    return f"CANARY-{dealer.code}-{what}"


@dataclass(frozen=True)
class Owned:
    """The objects of one dealer: kind → key in an address."""

    dealer: Dealer
    user: User
    keys: dict[str, Any]


@dataclass(frozen=True)
class World:
    """The network, who works in it, and what stands in addresses."""

    network: factory.Network
    cast: dict[str, User]
    own: Owned
    sister: Owned
    foreign: Owned
    shared: dict[str, Any]


def vin_of(dealer: str, number: int) -> str:
    """A right VIN of a car of this dealer."""
    open_digit = f"LDP{dealer[1:]}A00SA{number:06d}"
    return open_digit[:8] + vin_rules.check_digit(open_digit) + open_digit[9:]
