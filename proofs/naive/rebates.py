"""What a policy comes to for one dealer, computed the long way from docs/policy-document.md.

Policies and dealers are plain dictionaries with texts for numbers; nothing is optimised, nothing is shared
with the rule engine. Source: domain.md §6.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

Json = dict[str, Any]
ZERO = Fraction(0)
DATES = {
    "occurred": "occurred_on",
    "invoiced": "invoiced_on",
    "plated": "plated_on",
    "recorded": "recorded_on",
}
PRICES = {"pretax": "pretax", "price": "price", "list": "list_price"}
OWN_DATES = {"invoice": "invoiced_on", "registration": "plated_on"}
EVIDENCE_CODES = {"invoice": "R03", "registration": "R07"}
NEVER_WAIVED = {"R05", "R08", "R17"}


class NoValueError(Exception):
    """A figure the amount needs is not known."""


@dataclass
class Clause:
    """What became of one clause: fen or None, whose shares it is made of, what stayed out and why."""

    fen: int | None = None
    exact: Fraction | None = None
    shares: dict[str, Fraction] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, str] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    refused: bool = False


def settle(policy: Json, dealer: Json, as_of: date) -> dict[str, Clause]:
    """Every clause of a policy for one dealer."""
    order = sorted(
        range(len(policy["components"])), key=lambda at: (policy["components"][at].get("priority", 100), at)
    )
    found: dict[str, Clause] = {}
    stops: list[bool | None] = []
    for at in order:
        clause = policy["components"][at]
        found[clause["code"]], stop = _clause(policy, clause, dealer, as_of, found)
        stops.append(stop)
    if any(stops):
        for each in found.values():
            each.exact, each.shares = ZERO, dict.fromkeys(each.shares, ZERO)
    elif None in stops:
        for each in found.values():
            each.exact = each.exact if each.refused else None
    _stack(policy, dealer, [policy["components"][at] for at in order], found)
    for each in found.values():
        _round(each)
    for clause in policy["components"]:
        _fine(clause, dealer, found[clause["code"]])
    return found


@lru_cache(maxsize=200_000)
def number(text: Any) -> Fraction:
    """A number as documents write it; the same texts come again and again."""
    return Fraction(str(text))


# --- which facts count -------------------------------------------------------------------------------------


def _clause(
    policy: Json, clause: Json, dealer: Json, as_of: date, earlier: dict[str, Clause]
) -> tuple[Clause, bool | None]:
    made = Clause()
    chosen = clause.get("selection", {})
    facts = [fact for fact in dealer["facts"] if fact["kind"] == chosen.get("kind", "retail")]
    basis = DATES[policy.get("date_basis", "occurred")]
    paid = [other for other in earlier if _shares_group(policy, clause, other)]
    counted = []
    families: dict[str, list[Json]] = {}
    for fact in facts:
        families.setdefault(fact.get("reverses") or fact["key"], []).append(fact)
    for fact in facts:
        family = families[fact.get("reverses") or fact["key"]]
        verdict = _verdict(policy, clause, dealer, fact, family, as_of)
        if verdict == "pending":
            made.pending.add(fact["key"])
        elif verdict:
            made.excluded[fact["key"]] = verdict
        else:
            counted.append(fact)
    counted.sort(key=lambda fact: (_day(fact, basis), fact["key"]))
    counted = _within_cap(clause, counted, made)
    for fact in list(counted):
        taken = any(fact["key"] in earlier[other].shares and earlier[other].exact for other in paid)
        elsewhere = clause.get("exclusive_group", "") in fact.get("paid", ()) and clause.get(
            "exclusive_group"
        )
        if (taken or elsewhere) and "R06" not in fact.get("waived", ()):
            made.excluded[fact["key"]] = "R06"
            counted.remove(fact)
    return made, _price(clause, dealer, counted, facts, basis, made)


def _day(fact: Json, basis: str) -> date:
    """The date that counts; a car whose missing date was waived counts on the day it was handed over."""
    day: date = fact[basis] or fact["occurred_on"]
    return day


def _shares_group(policy: Json, clause: Json, other: str) -> bool:
    group = clause.get("exclusive_group", "")
    return bool(group) and any(
        each["code"] == other and each.get("exclusive_group", "") == group for each in policy["components"]
    )


def _within_cap(clause: Json, counted: list[Json], made: Clause) -> list[Json]:
    limit = clause.get("cap", {}).get("units")
    if limit is None:
        return counted
    kept, total = [], ZERO
    for fact in counted:
        if total + number(fact["units"]) <= number(limit):
            total += number(fact["units"])
            kept.append(fact)
        else:
            made.excluded[fact["key"]] = "R17"
    return kept


def _verdict(policy: Json, clause: Json, dealer: Json, fact: Json, family: list[Json], as_of: date) -> str:
    """Why a fact does not count; a sale and what takes it back, its family, are judged by the sale."""
    origin = next((each for each in family if each["key"] == fact.get("reverses")), fact)
    if len(family) > 1 and sum(number(each["units"]) for each in family) == 0:
        return "R08"
    for check in (_wrong_car, _doubted, _dated, _cheap, _evidenced):
        code = check(policy, clause, dealer, origin, as_of)
        if code == "pending":
            return code
        if code and not (code in origin.get("waived", ()) and code not in NEVER_WAIVED):
            return code
    return "R05" if _unpriced(clause, fact) else ""


def _wrong_car(policy: Json, clause: Json, dealer: Json, fact: Json, as_of: date) -> str:
    chosen, waived = clause.get("selection", {}), fact.get("waived", ())
    fields = (("model_lines", "model_line"), ("models", "model"), ("trims", "trim"))
    if "R01" not in waived and any(
        chosen.get(many) and fact.get(one, "") not in chosen[many] for many, one in fields
    ):
        return "R01"
    if "R02" not in waived and chosen.get("channels") and fact.get("channel", "") not in chosen["channels"]:
        return "R02"
    listed = chosen.get("customer_types")
    return "R04" if "R04" not in waived and listed and fact.get("customer_type", "") not in listed else ""


def _doubted(policy: Json, clause: Json, dealer: Json, fact: Json, as_of: date) -> str:
    decided = {"false_retail": "R11", "customer_data": "R10"}.get(fact.get("risk") or "", "")
    if decided and decided not in fact.get("waived", ()):
        return decided
    outside = clause.get("selection", {}).get("in_area_only") and fact.get("in_area") is False
    return "R09" if outside else ""


def _dated(policy: Json, clause: Json, dealer: Json, fact: Json, as_of: date) -> str:
    basis = policy.get("date_basis", "occurred")
    day = fact.get(DATES[basis])
    first, last = dealer["window"]
    late = "R03" if basis == "invoiced" else "R18"
    if day is None:
        gone = {"invoiced": "R03", "plated": "R07"}[basis]
        if gone in fact.get("waived", ()):
            return ""
        return "pending" if as_of <= last else gone
    return "" if first <= day <= last else late


def _cheap(policy: Json, clause: Json, dealer: Json, fact: Json, as_of: date) -> str:
    share = clause.get("selection", {}).get("price_to_list")
    if share is None:
        return ""
    if fact.get("price") is None or fact.get("list_price") is None:
        return "R16"
    return "R16" if number(fact["price"]) < number(share) * number(fact["list_price"]) else ""


def _evidenced(policy: Json, clause: Json, dealer: Json, fact: Json, as_of: date) -> str:
    first, last = dealer["window"]
    for need in clause.get("selection", {}).get("evidence", ()):
        code = EVIDENCE_CODES.get(need["kind"], "R14")
        if code in fact.get("waived", ()):
            continue
        limits = [last] if need.get("in_window") else []
        if need.get("within_days") is not None:
            since = fact.get(DATES[need.get("since", "occurred")])
            if since is not None:
                limits.append(since + timedelta(days=need["within_days"]))
        limit = min(limits) if limits else None
        own = OWN_DATES.get(need["kind"])
        day = fact.get(own) if own else fact.get("evidence", {}).get(need["kind"])
        if day is None:
            if limit is not None and as_of <= limit:
                return "pending"
            return code
        if (limit is not None and day > limit) or (need.get("in_window") and day < first):
            return code
    return ""


def _unpriced(clause: Json, fact: Json) -> bool:
    params = clause["params"]
    needs = clause["type"] == "invoice_discount" or params.get("pay") == "rate"
    needs = needs or (clause["type"] == "volume" and params.get("measure") == "value")
    return needs and fact.get(PRICES[params.get("price_basis", "pretax")]) is None


# --- what they are worth -----------------------------------------------------------------------------------


def _price(
    clause: Json, dealer: Json, counted: list[Json], facts: list[Json], basis: str, made: Clause
) -> bool | None:
    """Fill in the exact amount and its shares; whether a condition stops the whole policy, if known."""
    given = _Given(clause, dealer, counted, facts, basis)
    failed: list[Json] = []
    missing = False
    stops: bool | None = False
    for gate in clause.get("gates", ()):
        try:
            met: bool | None = _met(gate, given.measure(gate["measure"]))
        except NoValueError:
            rule = gate.get("when_missing", "no_value")
            met = {"pass": True, "fail": False}.get(rule)
            missing = missing or met is None
        stopping = gate.get("effect", "zero") == "block_all"
        if met is False:
            failed.append(gate)
            stops = True if stopping else stops
        elif met is None and stopping and not stops:
            stops = None
    made.shares = {fact["key"]: ZERO for fact in counted}
    made.refused = any(gate.get("effect", "zero") == "zero" for gate in failed)
    if made.refused or stops:
        made.exact = ZERO
        return stops
    try:
        exact, shares = PAYMENTS[clause["type"]](given)
    except NoValueError:
        return stops
    if not missing:
        made.exact, made.shares = _capped(clause, given, failed, exact, shares)
    return stops


def _met(gate: Json, value: Fraction) -> bool:
    threshold = number(gate["threshold"])
    operator = gate.get("operator", "at_least")
    if operator == "between":
        return threshold <= value < number(gate["upper"])
    compared = {
        "at_least": value >= threshold,
        "above": value > threshold,
        "at_most": value <= threshold,
        "below": value < threshold,
    }
    return compared[operator]


def _capped(
    clause: Json, given: _Given, failed: list[Json], exact: Fraction, shares: dict[str, Fraction]
) -> tuple[Fraction, dict[str, Fraction]]:
    cap = clause.get("cap", {})
    if cap.get("per_unit") is not None and shares:
        most = number(cap["per_unit"])
        units = {fact["key"]: abs(number(fact["units"])) for fact in given.counted}
        shares = {
            key: max(-most * units[key], min(most * units[key], share)) for key, share in shares.items()
        }
        exact = sum(shares.values(), ZERO)
    if cap.get("per_month") is not None and shares:
        most = number(cap["per_month"])
        for month in {_day(fact, given.basis).strftime("%Y-%m") for fact in given.counted}:
            keys = [
                fact["key"] for fact in given.counted if _day(fact, given.basis).strftime("%Y-%m") == month
            ]
            total = sum((shares[key] for key in keys), ZERO)
            if total > most:
                shares = {**shares, **{key: shares[key] * most / total for key in keys}}
        exact = sum(shares.values(), ZERO)
    before = exact
    for gate in failed:
        exact = (
            exact * number(gate["value"])
            if gate["effect"] == "multiply"
            else min(exact, number(gate["value"]))
        )
    if cap.get("total") is not None:
        exact = min(exact, number(cap["total"]))
    if before:
        shares = {key: share * exact / before for key, share in shares.items()}
    return exact, shares


class _Given:
    """The facts that count of one clause, with what may be asked of them."""

    def __init__(
        self, clause: Json, dealer: Json, counted: list[Json], facts: list[Json], basis: str
    ) -> None:
        self.clause, self.dealer, self.counted, self.facts, self.basis = clause, dealer, counted, facts, basis
        self.params = clause["params"]
        self.units = sum((number(fact["units"]) for fact in counted), ZERO)

    def base_of(self, fact: Json) -> Fraction:
        """What the value of the clause is multiplied with for one fact."""
        units = number(fact["units"])
        return units if self.params.get("pay", "per_unit") == "per_unit" else units * self.price(fact)

    def price(self, fact: Json) -> Fraction:
        """The price of the basis."""
        return number(fact[PRICES[self.params.get("price_basis", "pretax")]])

    def measure(self, code: str) -> Fraction:
        """A measure of the dealer or of the clause itself; NoValueError without one."""
        own: dict[str, Callable[[], Fraction]] = {
            "policy.achievement": self.achievement,
            "policy.growth": self.growth,
            "policy.units": lambda: self.units,
            "policy.local_share": self.local_share,
        }
        if code in own:
            return own[code]()
        if self.dealer["measures"].get(code) is None:
            raise NoValueError(code)
        return number(self.dealer["measures"][code])

    def achievement(self) -> Fraction:
        """Units ÷ target."""
        return self.units / self.target()

    def target(self) -> Fraction:
        """The signed target."""
        target = self.dealer["targets"].get(self.clause.get("target_key", ""))
        if target is None or not target["countersigned"] or number(target["units"]) == 0:
            raise NoValueError("target")
        return number(target["units"])

    def growth(self) -> Fraction:
        """(units − last year) ÷ last year."""
        last = self.last_year()
        if last == 0:
            raise NoValueError("last year")
        return (self.units - last) / last

    def last_year(self) -> Fraction:
        """Units of the same window last year."""
        last = self.dealer["last_year"].get(self.clause.get("target_key", ""))
        if last is None:
            raise NoValueError("last year")
        return number(last)

    def local_share(self) -> Fraction:
        """Units inside ÷ units of known place, over all facts of the kind."""
        known = [fact for fact in self.facts if fact.get("in_area") is not None]
        total = sum((number(fact["units"]) for fact in known), ZERO)
        if total == 0:
            raise NoValueError("places")
        return sum((number(fact["units"]) for fact in known if fact["in_area"]), ZERO) / total


Payment = tuple[Fraction, dict[str, Fraction]]


def _at(given: _Given, value: Fraction) -> Payment:
    """The same value on everything."""
    if given.params.get("pay", "per_unit") == "lump":
        return value, {}
    shares = {fact["key"]: value * given.base_of(fact) for fact in given.counted}
    return sum(shares.values(), ZERO), shares


def _tier(tiers: list[Json], reached: Fraction) -> Fraction:
    value = ZERO
    for tier in tiers:
        if reached >= number(tier["from"]):
            value = number(tier["value"])
    return value


def _volume(given: _Given) -> Payment:
    params = given.params
    scale = params.get("scale", "cliff")
    if scale == "fixed":
        return _at(given, number(params["value"]))
    if scale == "linear":
        reached = given.achievement()
        if reached < number(params.get("floor") or 0):
            return _at(given, ZERO)
        if params.get("ceiling") is not None:
            reached = min(reached, number(params["ceiling"]))
        return _at(given, number(params["value"]) * reached)
    measure = params.get("measure", "achievement")
    if scale == "cliff":
        if measure == "value":
            reached = sum((number(fact["units"]) * given.price(fact) for fact in given.counted), ZERO)
        else:
            reached = given.units if measure == "units" else given.achievement()
        return _at(given, _tier(params["tiers"], reached))
    return _slices(given, measure)


def _slices(given: _Given, measure: str) -> Payment:
    """Each slice at its own value; paid per car every fact by its place, paid by rate by its value."""
    scale = given.target() if measure == "achievement" else Fraction(1)
    bounds = [number(tier["from"]) * scale for tier in given.params["tiers"]]
    values = [number(tier["value"]) for tier in given.params["tiers"]]
    by_value = measure == "value"
    mean = Fraction(1)
    if given.params.get("pay") == "rate" and not by_value and given.units:
        mean = sum((given.base_of(fact) for fact in given.counted), ZERO) / given.units

    def worth(upto: Fraction) -> Fraction:
        total = ZERO
        for at, bound in enumerate(bounds):
            top = bounds[at + 1] if at + 1 < len(bounds) else None
            reach = upto if top is None else min(upto, top)
            total += max(ZERO, reach - bound) * values[at] * mean
        return total

    if given.params.get("pay", "per_unit") == "rate":
        bases = {fact["key"]: given.base_of(fact) for fact in given.counted}
        total = sum(bases.values(), ZERO)
        amount = worth(total if by_value else given.units)
        return amount, {key: amount * base / total for key, base in bases.items()} if total else {}
    shares, place = {}, ZERO
    for fact in given.counted:
        upto = place + number(fact["units"])
        shares[fact["key"]] = worth(upto) - worth(place)
        place = upto
    return sum(shares.values(), ZERO), shares


def _growth(given: _Given) -> Payment:
    params, growth = given.params, given.growth()
    if params.get("scale", "cliff") == "linear":
        full = growth / number(params["full_at"])
        value = number(params["value"]) * max(ZERO, min(Fraction(1), full))
    else:
        value = _tier(params["tiers"], growth)
    if params.get("applies_to", "all") == "increment":
        more = given.units - given.last_year()
        value = value * max(ZERO, more / given.units) if given.units > 0 else ZERO
    return _at(given, value)


def _quality(given: _Given) -> Payment:
    params = given.params
    unknown = failed = False
    for part in params["parts"]:
        try:
            failed = failed or given.measure(part["measure"]) < number(part["threshold"])
        except NoValueError:
            unknown = True
    if params.get("veto"):
        try:
            failed = failed or given.measure(params["veto"]) > 0
        except NoValueError:
            unknown = True
    if failed:
        return _at(given, ZERO)
    if unknown:
        if params.get("not_audited", "zero") == "no_value":
            raise NoValueError("audit")
        return _at(given, ZERO)
    return _at(given, number(params["value"]))


def _satisfaction(given: _Given) -> Payment:
    params = given.params
    try:
        score = given.measure(params["measure"])
    except NoValueError:
        if params.get("substitute") is None:
            raise
        return _at(given, number(params["value"]) * number(params["substitute"]))
    share = ZERO
    for each in params["shares"]:
        if score >= number(each["limit"]):
            share = number(each["share"])
    return _at(given, number(params["value"]) * share)


def _plan(given: _Given) -> Payment:
    params = given.params
    done = given.measure(params.get("measure", "policy.achievement"))
    if done < number(params.get("floor") or 0):
        return _at(given, ZERO)
    ceiling = params.get("ceiling", "1")
    if ceiling is not None:
        done = min(done, number(ceiling))
    return _at(given, number(params["value"]) * done)


def _matrix(given: _Given) -> Payment:
    params = given.params
    row, column = given.measure(params["rows_by"]), given.measure(params["columns_by"])
    best, value = None, ZERO
    for cell in params["cells"]:
        place = (number(cell["row"]), number(cell["column"]))
        if place[0] <= row and place[1] <= column and (best is None or place > best):
            best, value = place, number(cell["value"])
    return _at(given, value)


def _discount(given: _Given) -> Payment:
    shares = {}
    for fact in given.counted:
        listed = {each["model"]: number(each["value"]) for each in given.params.get("models", ())}
        value = listed.get(
            fact.get("model", ""), listed.get(fact.get("model_line", ""), number(given.params["value"]))
        )
        shares[fact["key"]] = number(fact["units"]) * given.price(fact) * value
    return sum(shares.values(), ZERO), shares


PAYMENTS: dict[str, Callable[[_Given], Payment]] = {
    "volume": _volume,
    "growth": _growth,
    "quality_discount": _quality,
    "satisfaction": _satisfaction,
    "plan_coefficient": _plan,
    "matrix": _matrix,
    "invoice_discount": _discount,
}


# --- ceilings over clauses, rounding, lines ----------------------------------------------------------------


def _stack(policy: Json, dealer: Json, order: list[Json], found: dict[str, Clause]) -> None:
    stacking = policy.get("stacking", {})
    limits = [number(stacking["total"])] if stacking.get("total") is not None else []
    if stacking.get("ceiling") is not None:
        counted = {key for each in found.values() for key in each.shares}
        price = PRICES[stacking.get("basis", "pretax")]
        base = sum(
            (
                number(fact["units"]) * number(fact[price])
                for fact in dealer["facts"]
                if fact["key"] in counted and fact.get(price) is not None
            ),
            ZERO,
        )
        limits.append(number(stacking["ceiling"]) * base)
    if not limits:
        return
    left = max(ZERO, min(limits))
    for clause in order:
        each = found[clause["code"]]
        if each.exact is None or each.exact <= 0:
            continue
        taken = min(each.exact, left)
        each.shares = {key: share * taken / each.exact for key, share in each.shares.items()}
        left, each.exact = left - taken, taken


def _round(clause: Clause) -> None:
    """Half up to the fen, then on the facts by largest remainder, larger share, lower key."""
    if clause.exact is None:
        return
    clause.fen = _half_up(clause.exact * 100)
    gains = {key: share for key, share in clause.shares.items() if share > 0}
    losses = {key: -share for key, share in clause.shares.items() if share < 0}
    lost = _half_up(sum(losses.values(), ZERO) * 100)
    clause.lines = _split(clause.fen + lost, gains)
    clause.lines |= {key: -part for key, part in _split(lost, losses).items()}


def _fine(clause: Json, dealer: Json, made: Clause) -> None:
    """Cars out for a breach cost a multiple of what the clause pays on average for a unit or a yuan."""
    times, lump = number(clause.get("penalty", "0")), clause["params"].get("pay") == "lump"
    if not times or lump or not made.exact or made.exact < 0:
        return
    facts = {fact["key"]: fact for fact in dealer["facts"]}
    by_price = clause["type"] == "invoice_discount" or clause["params"].get("pay") == "rate"
    price = PRICES[clause["params"].get("price_basis", "pretax")]

    def weight(key: str) -> Fraction:
        fact = facts[key]
        return number(fact["units"]) * (number(fact[price] or "0") if by_price else 1)

    whole = sum((weight(key) for key in made.shares if key in facts), ZERO)
    if whole <= 0:
        return
    exact = made.exact
    for key, code in made.excluded.items():
        if code in ("R09", "R10", "R11"):
            fen = _half_up(times * exact / whole * weight(key) * 100)
            if fen:
                made.lines[key] = -fen
                made.fen = (made.fen or 0) - fen
                made.exact = (made.exact or ZERO) - Fraction(fen, 100)


def _half_up(value: Fraction) -> int:
    whole = (abs(value) * 2 + 1) // 2
    return int(whole if value >= 0 else -whole)


def _split(fen: int, weights: dict[str, Fraction]) -> dict[str, int]:
    total = sum(weights.values(), ZERO)
    if not total:
        return {}
    exact = {key: fen * weight / total for key, weight in weights.items()}
    parts = {key: int(value // 1) for key, value in exact.items()}
    order = sorted(weights, key=lambda key: (-(exact[key] - parts[key]), -weights[key], key))
    for key in order[: fen - sum(parts.values())]:
        parts[key] += 1
    return parts
