"""Vehicle identification numbers (VIN): reading, checking and decoding them without a database.

Source: domain.md §2.4 (GB 16735, ISO 3779).
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import mul

LENGTH = 17
CHECK_POSITION = 8
YEAR_POSITION = 9
CYCLE_POSITION = 6
CYCLE_YEARS = 30
FIRST_YEAR = 1980
CHINA = "CN"
ANY_ORIGIN = ""

_VALUES = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_REMAINDERS = "0123456789X"
_YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"
_NORTH_AMERICA = frozenset("12345")
_SECOND = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890"
_REGIONS = (
    "1:US 2:CA 3A-3W:MX 3X-37:CR 38-39:KY 4:US 5:US 6A-6W:AU 7A-7E:NZ 7F-70:US "
    "8A-8E:AR 8F-8K:CL 8L-8R:EC 8X-82:VE 9A-9E:BR 9F-9K:CO 93-99:BR "
    "AA-AH:ZA J:JP KL-KR:KR L:CN MA-ME:IN MF-MK:ID ML-MR:TH NF-NK:PK NL-NR:TR PA-PE:PH PF-PK:SG PL-PR:MY "
    "RA-RE:AE RF-RK:TW RL-RR:VN SA-SM:GB SN-ST:DE SU-SZ:PL S1-S4:LV TA-TH:CH TJ-TP:CZ TR-TV:HU TW-T1:PT "
    "UH-UM:DK UN-UT:IE UU-UZ:RO U5-U7:SK VA-VE:AT VF-VR:FR VS-VW:ES VX-V2:RS V3-V5:HR V6-V0:EE W:DE "
    "XA-XE:BG XF-XK:GR XL-XR:NL XS-XW:RU XX-X2:LU X3-X0:RU YA-YE:BE YF-YK:FI YS-YW:SE YX-Y2:NO ZA-ZR:IT "
    "ZX-Z2:SI"
)


class Problem(StrEnum):
    """What can be wrong with a VIN."""

    LENGTH = "length"
    CHARACTERS = "characters"
    CHECK_DIGIT = "check_digit"
    YEAR_CODE = "year_code"
    YEAR_STATED = "year_stated"


class Severity(StrEnum):
    """What a problem does to the row that carries the VIN."""

    ERROR = "error"
    WARNING = "warning"
    IGNORE = "ignore"


Strictness = Mapping[tuple[str, str], str]

DEFAULT_STRICTNESS: Strictness = {
    (ANY_ORIGIN, Problem.LENGTH): Severity.ERROR,
    (ANY_ORIGIN, Problem.CHARACTERS): Severity.ERROR,
    (ANY_ORIGIN, Problem.CHECK_DIGIT): Severity.WARNING,
    (ANY_ORIGIN, Problem.YEAR_CODE): Severity.IGNORE,
    (ANY_ORIGIN, Problem.YEAR_STATED): Severity.WARNING,
    (CHINA, Problem.CHECK_DIGIT): Severity.ERROR,
    (CHINA, Problem.YEAR_CODE): Severity.WARNING,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a VIN: what was expected, what was found, and how strictly it is taken."""

    problem: Problem
    severity: Severity
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a VIN tells: country of origin (ISO code, empty when unassigned), maker, model year, findings."""

    vin: str
    country: str
    maker: str
    model_year: int | None
    findings: tuple[Finding, ...]

    @property
    def has_error(self) -> bool:
        """Whether a row with this VIN is refused."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def is_identity(self) -> bool:
        """Whether it is well-formed enough to identify a vehicle: 17 characters and none forbidden."""
        return len(self.vin) == LENGTH and _VALUES.keys() >= set(self.vin)


def normalise(raw: str) -> str:
    """A VIN as it is kept: without blanks and invisible characters, half-width, upper case."""
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    text = unicodedata.normalize("NFKC", raw)
    return "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Zs")).upper()


def check_sum(vin: str) -> int:
    """The weighted sum of the 17 characters of a VIN without forbidden characters."""
    if len(vin) != LENGTH:
        raise ValueError(vin)
    return sum(map(mul, map(_VALUES.__getitem__, vin), _WEIGHTS))


def check_digit(vin: str) -> str:
    """The check digit (0–9 or X) that position 9 of a VIN should hold."""
    return _REMAINDERS[check_sum(vin) % len(_REMAINDERS)]


def country(vin: str) -> str:
    """The ISO code of the country of origin by the first characters; L is China, empty when unassigned."""
    return _COUNTRIES.get(vin[:2]) or _COUNTRIES.get(vin[:1], "")


def maker(vin: str, manufacturers: Mapping[str, str]) -> str:
    """The manufacturer by the longest known identifier (three characters, then two); empty when unknown."""
    return manufacturers.get(vin[:3]) or manufacturers.get(vin[:2]) or ""


def model_year(vin: str, *, stated: int | None, latest: int) -> int | None:
    """The model year of position 10; None when the code is no year.

    North American cars: a digit in position 7 means 1980–2009, a letter 2010–2039. Others: the cycle nearest
    to the stated year (the later of two equally near), without one the newest year not after `latest`.
    Source: conventions.
    """
    place = _YEAR_CODES.find(vin[YEAR_POSITION])
    if place < 0:
        return None
    first = FIRST_YEAR + place
    if vin[0] in _NORTH_AMERICA:
        return first if vin[CYCLE_POSITION].isdigit() else first + CYCLE_YEARS
    cycles = range(first, first + 3 * CYCLE_YEARS, CYCLE_YEARS)
    if stated is not None:
        return min(cycles, key=lambda year: (abs(year - stated), -year))
    return next((year for year in reversed(cycles) if year <= latest), first)


def decode(
    raw: str,
    *,
    manufacturers: Mapping[str, str],
    strictness: Strictness,
    latest: int,
    stated_year: int | None = None,
) -> Decoded:
    """Everything a VIN tells, with what is wrong in it; nothing is ever dropped or repaired.

    `latest` is the newest model year to think of, `strictness` maps (origin, problem) to a severity.
    """
    vin = normalise(raw)
    origin = country(vin)
    year: int | None = None
    problems: Collection[tuple[Problem, str, str]] = list(_malformed(vin))
    if not problems:
        year = model_year(vin, stated=stated_year, latest=latest)
        problems = list(_contradictions(vin, year, stated_year))
    findings = tuple(
        Finding(problem, severity, expected, found)
        for problem, expected, found in problems
        if (severity := severity_of(problem, origin, strictness)) is not Severity.IGNORE
    )
    return Decoded(vin, origin, maker(vin, manufacturers), year, findings)


def severity_of(problem: Problem, origin: str, strictness: Strictness) -> Severity:
    """How strictly a problem is taken for cars of an origin: its own rule, else the rule for any origin."""
    for key in ((origin, problem), (ANY_ORIGIN, problem)):
        for table in (strictness, DEFAULT_STRICTNESS):
            if key in table:
                return Severity(table[key])
    return Severity.WARNING


def _malformed(vin: str) -> Iterator[tuple[Problem, str, str]]:
    if len(vin) != LENGTH:
        yield Problem.LENGTH, str(LENGTH), str(len(vin))
    elif not _VALUES.keys() >= set(vin):
        yield Problem.CHARACTERS, "", "".join(sorted(set(vin) - _VALUES.keys()))


def _contradictions(vin: str, year: int | None, stated: int | None) -> Iterator[tuple[Problem, str, str]]:
    computed = check_digit(vin)
    if vin[CHECK_POSITION] != computed:
        yield Problem.CHECK_DIGIT, computed, vin[CHECK_POSITION]
    if year is None:
        yield Problem.YEAR_CODE, _YEAR_CODES, vin[YEAR_POSITION]
    elif stated is not None and abs(year - stated) > 1:
        yield Problem.YEAR_STATED, str(stated), str(year)


def _assigned() -> Iterator[tuple[str, str]]:
    for part in _REGIONS.split():
        span, code = part.split(":")
        if len(span) == 1:
            yield span, code
        first, last = (span[1:2] or _SECOND[0]), (span[4:5] or span[1:2] or _SECOND[-1])
        for second in _SECOND[_SECOND.index(first) : _SECOND.index(last) + 1]:
            yield span[0] + second, code


_COUNTRIES = dict(_assigned())


def spelling_key(text: str) -> str:
    """What two spellings of a model have in common: width, case and blanks are ignored."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
