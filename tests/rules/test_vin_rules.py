"""VIN rules against the vectors of domain.md §2.4; no database."""

from __future__ import annotations

import pytest

from apps.vehicles import rules
from apps.vehicles.rules import Problem, Severity

MAKERS = {"1M8": "Motor Coach", "LAT": "Maker of LAT", "LV": "Two letters", "LVS": "Three letters"}


def decode(vin: str, stated: int | None = None, strictness: rules.Strictness | None = None) -> rules.Decoded:
    return rules.decode(
        vin, manufacturers=MAKERS, strictness=strictness or {}, latest=2027, stated_year=stated
    )


@pytest.mark.parametrize(
    ("vin", "total", "digit"),
    [
        ("1M8GDM9AXKP042788", 351, "X"),
        ("11111111111111111", 89, "1"),
        ("LATPAB071W1005301", 265, "1"),
        ("UU6JA69691D713820", 350, "9"),
    ],
)
def test_the_published_sums(vin: str, total: int, digit: str) -> None:
    assert rules.check_sum(vin) == total
    assert rules.check_digit(vin) == digit == vin[8]
    assert decode(vin).findings == ()


@pytest.mark.parametrize(
    "vin",
    [
        "5GZCZ43D13S812715",
        "LDP0000A0SA000001",
        "LDP0000A2SA000002",
        "LDP0000B9TB000003",
        "LDP0000C4RA123456",
        "LDP0000D8SA777777",
    ],
)
def test_further_valid_vins(vin: str) -> None:
    assert decode(vin).findings == ()


@pytest.mark.parametrize(
    ("vin", "expected"),
    [("SGZCZ43D13S812715", "X"), ("WP0ZZZ99ZTS392124", "8"), ("KLATF08Y1VB363636", "4")],
)
def test_imported_cars_with_a_wrong_check_digit_are_warned_about(vin: str, expected: str) -> None:
    (found,) = decode(vin).findings
    assert (found.problem, found.severity) == (Problem.CHECK_DIGIT, Severity.WARNING)
    assert (found.expected, found.found) == (expected, vin[8])
    assert not decode(vin).has_error


def test_chinese_cars_with_a_wrong_check_digit_are_refused_unless_configured() -> None:
    wrong = "LDP0000A1SA000001"
    assert [(f.problem, f.severity) for f in decode(wrong).findings] == [
        (Problem.CHECK_DIGIT, Severity.ERROR)
    ]
    assert decode(wrong).has_error
    lenient = {(rules.CHINA, Problem.CHECK_DIGIT): Severity.WARNING}
    assert not decode(wrong, strictness=lenient).has_error
    assert decode(wrong, strictness={(rules.CHINA, Problem.CHECK_DIGIT): Severity.IGNORE}).findings == ()


def test_a_rule_for_all_origins_can_be_made_stricter() -> None:
    strict = {(rules.ANY_ORIGIN, Problem.CHECK_DIGIT): Severity.ERROR}
    assert decode("KLATF08Y1VB363636", strictness=strict).has_error
    assert decode("LDP0000A1SA000001", strictness=strict).has_error


@pytest.mark.parametrize(
    "raw",
    [
        "  ldp0000a0sa000001\t",
        "ＬＤＰ００００Ａ０ＳＡ０００００１",
        "LDP0000 A0SA 000001",
        "\ufeffLDP0000A0SA000001\u200b",
        "ldp0000a0sa000001\u3000",
    ],
)
def test_normalising(raw: str) -> None:
    assert rules.normalise(raw) == "LDP0000A0SA000001"
    assert decode(raw).findings == ()


def test_a_wrong_length_is_one_error_and_keeps_the_text() -> None:
    decoded = decode(" 1q87t3n166389 ")
    assert decoded.vin == "1Q87T3N166389"
    assert [(f.problem, f.severity, f.found) for f in decoded.findings] == [
        (Problem.LENGTH, Severity.ERROR, "13")
    ]
    assert not decoded.is_identity
    assert decoded.country == "US"


def test_forbidden_letters_are_named() -> None:
    (found,) = decode("LDPO000AQSI000001").findings
    assert (found.problem, found.severity, found.found) == (Problem.CHARACTERS, Severity.ERROR, "IOQ")


def test_an_empty_vin_is_a_length_error() -> None:
    assert [f.problem for f in decode("").findings] == [Problem.LENGTH]


@pytest.mark.parametrize(
    ("vin", "country"),
    [
        ("LDP0000A0SA000001", "CN"),
        ("1M8GDM9AXKP042788", "US"),
        ("2FMDK3GC4BBB02217", "CA"),
        ("3C4PDCGG5JT346413", "MX"),
        ("3X000000000000000", "CR"),
        ("JTEZU11F88K007763", "JP"),
        ("KLATF08Y1VB363636", "KR"),
        ("WP0ZZZ99ZTS392124", "DE"),
        ("SGZCZ43D13S812715", "GB"),
        ("SNZCZ43D13S812715", "DE"),
        ("UU6JA69691D713820", "RO"),
        ("VF1ZZZ99ZTS392124", "FR"),
        ("9BWZZZ99ZTS392124", "BR"),
        ("93XZZZ99ZTS392124", "BR"),
        ("G0000000000000000", ""),
    ],
)
def test_country_of_origin(vin: str, country: str) -> None:
    assert rules.country(vin) == country


def test_the_longest_identifier_names_the_maker() -> None:
    assert rules.maker("LVS00000000000000", MAKERS) == "Three letters"
    assert rules.maker("LVX00000000000000", MAKERS) == "Two letters"
    assert rules.maker("ZZZ00000000000000", MAKERS) == ""


@pytest.mark.parametrize(
    ("vin", "stated", "year"),
    [
        ("1M8GDM9AXKP042788", None, 1989),  # digit in position 7
        ("2FMDK3GC4BBB02217", None, 2011),  # letter in position 7
        ("1M8GDM9AXKP042788", 2019, 1989),  # the position rules, whatever is stated
        ("LDP0000A0SA000001", None, 2025),
        ("LDP0000A0SA000001", 1994, 1995),
        ("LDP0000A0SA000001", 2010, 2025),  # 1995 and 2025 are equally near: the later
        ("LDP0000B9TB000003", None, 2026),
        ("WP0ZZZ99ZTS392124", 1996, 1996),
        ("LATPAB071W1005301", None, 1998),  # 2028 lies beyond the newest year
    ],
)
def test_model_year(vin: str, stated: int | None, year: int) -> None:
    assert rules.model_year(vin, stated=stated, latest=2027) == year


def test_a_stated_year_that_contradicts_is_reported() -> None:
    assert decode("1M8GDM9AXKP042788", 1990).findings == ()
    (found,) = decode("1M8GDM9AXKP042788", 2019).findings
    assert (found.problem, found.severity) == (Problem.YEAR_STATED, Severity.WARNING)
    assert (found.expected, found.found) == ("2019", "1989")


def test_a_code_that_is_no_year() -> None:
    chinese = "LDP000010ZA000001"
    chinese = chinese[:8] + rules.check_digit(chinese) + chinese[9:]
    assert rules.model_year(chinese, stated=None, latest=2027) is None
    assert [(f.problem, f.severity) for f in decode(chinese).findings] == [
        (Problem.YEAR_CODE, Severity.WARNING)
    ]
    european = "W" + chinese[1:]
    european = european[:8] + rules.check_digit(european) + european[9:]
    assert decode(european).findings == ()


def test_spellings_of_models() -> None:
    assert rules.spelling_key("  Ｆｏｒｄ   F-150 ") == rules.spelling_key("ford f-150") == "ford f-150"
