"""VINs of public files: every one is judged, none is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.vehicles import queries, rules
from apps.vehicles.rules import Problem, Severity
from tests.factories import files


@pytest.fixture(scope="module")
def judged() -> list[tuple[dict[str, str], rules.Decoded]]:
    return [
        (
            row,
            rules.decode(
                row["vin"],
                manufacturers=queries.manufacturers(),
                strictness={},
                latest=2021,
                stated_year=int(row["year"]),
            ),
        )
        for row in files.rows("usa_cars_auction.csv")
    ]


def test_2498_valid_check_digits_and_one_length_error(judged) -> None:
    assert len(judged) == 2499
    errors = [(row, found) for row, decoded in judged for found in decoded.findings]
    errors = [(row, found) for row, found in errors if found.severity is Severity.ERROR]
    assert [(row["vin"].strip(), found.problem, found.found) for row, found in errors] == [
        ("1q87t3n166389", Problem.LENGTH, "13")
    ]
    valid = [d for _row, d in judged if d.is_identity and rules.check_digit(d.vin) == d.vin[8]]
    assert len(valid) == 2498


def test_seven_year_codes_read_thirty_years_off(judged) -> None:
    off = Counter(d.model_year - int(row["year"]) for row, d in judged if d.model_year is not None)
    assert off == {0: 2491, -30: 7}
    warned = [d for _row, d in judged if any(f.problem is Problem.YEAR_STATED for f in d.findings)]
    assert len(warned) == 7


def test_origins_and_makers(judged) -> None:
    origins = Counter(decoded.country for _row, decoded in judged)
    assert (origins["US"], origins["CA"], origins["MX"]) == (1492, 429, 408)


def test_lower_case_vins_of_a_file_with_a_byte_order_mark() -> None:
    decoded = [
        rules.decode(row["VIN"], manufacturers=queries.manufacturers(), strictness={}, latest=2015)
        for row in files.rows("auction_sales_odyssey.csv")
    ]
    assert len(decoded) == 3500
    assert all(d.findings == () and d.maker == "Honda" for d in decoded)
    assert Counter(d.country for d in decoded) == {"US": 3307, "CA": 193}
