"""Random policies and dealers as plain data, and the same as the rule engine takes them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from apps.incentives.rules.facts import DealerFacts, Evidence, Fact, Target, Window

Json = dict[str, Any]
MONTHS = (
    (date(2026, 5, 1), date(2026, 5, 31)),
    (date(2026, 6, 1), date(2026, 6, 30)),
    (date(2026, 7, 1), date(2026, 7, 31)),
)
AS_OF_DAYS = (-3, 1, 10, 40)
MEASURES = ("audits.sales_score", "audits.service_score", "audits.veto_items", "satisfaction.ssi_score")
LINES = ("A", "B", "C")


def policy(random: Random, no: int) -> Json:
    """A policy of one to three clauses, with whatever conditions, caps and choices chance adds."""
    clauses = [_clause(random, f"c{at}") for at in range(1, random.choice((1, 1, 2, 3)) + 1)]
    if len(clauses) > 1 and random.random() < 0.4:
        for at, clause in enumerate(clauses):
            clause |= {"exclusive_group": "g", "priority": at * 10}
    made: Json = {
        "code": f"p{no}",
        "label": {"zh": f"政策{no}", "en": f"Policy {no}"},
        "date_basis": random.choice(("occurred", "occurred", "invoiced", "plated")),
        "components": clauses,
    }
    if random.random() < 0.2:
        made["stacking"] = {"ceiling": _share(random, 5), "basis": random.choice(("pretax", "price", "list"))}
    elif random.random() < 0.1:
        made["stacking"] = {"total": str(random.randrange(1, 200_000))}
    return made


def dealer(random: Random, no: int, window: tuple[date, date]) -> Json:
    """A dealer of one month: cars with all that may be wrong with them, target, last year, scores."""
    facts: list[Json] = []
    for at in range(random.choice((0, 3, 10, 25, 40))):
        facts.append(_fact(random, at, window))
        if random.random() < 0.06:
            facts.append(facts[-1] | {"key": f"r{at:04d}", "reverses": facts[-1]["key"], "units": "-1"})
            facts[-2]["units"] = "1"
    target = {"units": str(random.choice((0, 5, 10, 20, 30))), "countersigned": random.random() < 0.9}
    measures = {code: _score(random, code) for code in MEASURES if random.random() < 0.85}
    return {
        "no": no,
        "window": window,
        "facts": facts,
        "targets": {"": target} if random.random() < 0.95 else {},
        "last_year": {"": str(random.choice((0, 8, 15, 22)))} if random.random() < 0.9 else {},
        "measures": measures,
    }


def for_engine(plain: Json) -> DealerFacts:
    """The same dealer as the rule engine takes it."""
    return DealerFacts(
        plain["no"],
        Window(*plain["window"]),
        tuple(_engine_fact(plain["no"], fact) for fact in plain["facts"]),
        measures={code: Decimal(value) for code, value in plain["measures"].items()},
        targets={
            key: Target(Decimal(each["units"]), each["countersigned"])
            for key, each in plain["targets"].items()
        },
        last_year={key: Decimal(value) for key, value in plain["last_year"].items()},
    )


def _engine_fact(dealer_no: int, fact: Json) -> Fact:
    given = dict(fact)
    for name in ("price", "list_price", "pretax"):
        given[name] = None if given[name] is None else Decimal(given[name])
    given["units"] = Decimal(given["units"])
    given["evidence"] = {kind: Evidence(kind, day, day) for kind, day in given.get("evidence", {}).items()}
    given["waived"], given["paid"] = frozenset(given.get("waived", ())), frozenset(given.get("paid", ()))
    return Fact(dealer=dealer_no, **given)


def _clause(random: Random, code: str) -> Json:
    kind, params = random.choice(TYPES)(random)
    clause: Json = {"code": code, "type": kind, "params": params, "selection": _selection(random)}
    if random.random() < 0.35:
        clause["gates"] = [_gate(random) for _ in range(random.choice((1, 2)))]
    if random.random() < 0.35:
        clause["cap"] = _cap(random)
    if random.random() < 0.25:
        clause["penalty"] = random.choice(("1", "0.5", "2.333333"))
    return clause


def _selection(random: Random) -> Json:
    made: Json = {}
    if random.random() < 0.3:
        made["model_lines"] = random.sample(LINES, 2)
    if random.random() < 0.2:
        made["channels"] = ["showroom", "online"]
    if random.random() < 0.15:
        made["customer_types"] = ["private"]
    if random.random() < 0.15:
        made["in_area_only"] = True
    if random.random() < 0.1:
        made["price_to_list"] = "0.9"
    needs = []
    if random.random() < 0.4:
        needs.append({"kind": "registration", "within_days": random.choice((10, 30)), "since": "occurred"})
    if random.random() < 0.2:
        needs.append({"kind": "invoice", "in_window": True})
    if random.random() < 0.2:
        needs.append({"kind": "insurance"})
    return made | ({"evidence": needs} if needs else {})


def _gate(random: Random) -> Json:
    measure = random.choice((*MEASURES, "policy.achievement", "policy.units", "policy.growth"))
    operator = random.choice(("at_least", "above", "at_most", "below", "between"))
    made = {
        "measure": measure,
        "operator": operator,
        "effect": random.choice(("zero", "block_all", "multiply", "cap")),
    }
    made["threshold"] = str(random.choice((0, 1, 10, 90))) if "." not in measure else _limit(random, measure)
    if operator == "between":
        made["upper"] = str(Decimal(made["threshold"]) + 5)
    if made["effect"] in ("multiply", "cap"):
        made["value"] = "0.5" if made["effect"] == "multiply" else "12345.67"
    made["when_missing"] = random.choice(("pass", "fail", "no_value"))
    return made


def _limit(random: Random, measure: str) -> str:
    limits = {
        "audits.veto_items": ("0", "1"),
        "satisfaction.ssi_score": ("700", "800"),
        "policy.achievement": ("0.8", "1"),
        "policy.units": ("5", "20"),
        "policy.growth": ("0", "0.1"),
    }
    return random.choice(limits.get(measure, ("90", "95")))


def _cap(random: Random) -> Json:
    name, values = random.choice(
        (
            ("per_unit", (500, 1500)),
            ("per_month", (9000, 30000)),
            ("total", (10000, 50000)),
            ("units", (5, 20)),
        )
    )
    return {name: str(random.choice(values))}


def _fact(random: Random, at: int, window: tuple[date, date]) -> Json:
    occurred = window[0] + timedelta(days=random.randrange(-2, 33))
    price = f"{random.randrange(80_000_00, 250_000_00) / 100:.2f}" if random.random() < 0.97 else None
    plated = occurred + timedelta(days=random.randrange(0, 45)) if random.random() < 0.85 else None
    invoiced = occurred + timedelta(days=random.randrange(-3, 6)) if random.random() < 0.9 else None
    return {
        "key": f"f{at:04d}",
        "kind": "retail" if random.random() < 0.95 else "wholesale",
        "units": random.choice(("1", "1", "1", "1", "0.5")),
        "occurred_on": occurred,
        "invoiced_on": invoiced,
        "plated_on": plated,
        "recorded_on": occurred + timedelta(days=1),
        "model_line": random.choice(LINES),
        "model": random.choice(("a1", "b1", "c1")),
        "channel": random.choice(("showroom", "showroom", "online", "fleet")),
        "customer_type": random.choice(("private", "private", "company")),
        "price": price,
        "pretax": price,
        "list_price": None if price is None else str(Decimal(price) * random.choice((1, 2)) / 1),
        "in_area": random.choice((True, True, False, None)),
        "risk": random.choice((None,) * 12 + ("false_retail", "customer_data")),
        "evidence": {"insurance": occurred} if random.random() < 0.7 else {},
        "waived": random.choice(((),) * 10 + (("R03",), ("R07", "R14"), ("R11",))),
        "paid": random.choice(((),) * 15 + (("g",),)),
    }


def _score(random: Random, code: str) -> str:
    if code == "audits.veto_items":
        return random.choice(("0", "0", "0", "1"))
    if code == "satisfaction.ssi_score":
        return str(random.randrange(650, 900))
    return str(random.choice((88, 90, 94.5, 95, 97)))


def _share(random: Random, most: int) -> str:
    return f"{random.randrange(1, most * 100) / 10_000:.4f}"


def _paid(random: Random) -> Json:
    if random.random() < 0.5:
        return {"pay": "per_unit"}
    return {"pay": "rate", "price_basis": random.choice(("pretax", "price", "list"))}


def _value(random: Random, pay: str) -> str:
    return _share(random, 5) if pay == "rate" else f"{random.randrange(100_00, 3000_00) / 100:.2f}"


def _tiers(random: Random, bounds: tuple[str, ...], pay: str) -> list[Json]:
    return [{"from": bound, "value": _value(random, pay)} for bound in bounds]


def _volume(random: Random) -> tuple[str, Json]:
    params = _paid(random) | {"scale": random.choice(("cliff", "marginal", "linear", "fixed"))}
    measure = random.choice(("achievement", "units", "value"))
    if params["scale"] in ("cliff", "marginal"):
        if params["scale"] == "marginal" and measure == "value":
            params["pay"], params["price_basis"] = "rate", "pretax"
        bounds = {
            "achievement": ("0.5", "0.8", "1"),
            "units": ("0", "8", "20"),
            "value": ("0", "500000", "2000000"),
        }
        params |= {"measure": measure, "tiers": _tiers(random, bounds[measure], params["pay"])}
    else:
        params["value"] = _value(random, params["pay"])
        if params["scale"] == "linear":
            params |= {"floor": "0.5", "ceiling": "1.2"}
    return "volume", params


def _growth(random: Random) -> tuple[str, Json]:
    params = _paid(random) | {"applies_to": random.choice(("all", "increment"))}
    if random.random() < 0.5:
        return "growth", params | {
            "scale": "cliff",
            "tiers": _tiers(random, ("0", "0.1", "0.3"), params["pay"]),
        }
    return "growth", params | {"scale": "linear", "value": _value(random, params["pay"]), "full_at": "0.4"}


def _quality(random: Random) -> tuple[str, Json]:
    params = _paid(random)
    parts = [{"measure": code, "threshold": "94.5"} for code in MEASURES[:2]]
    veto = random.choice(("", "audits.veto_items"))
    missing = random.choice(("zero", "no_value"))
    return "quality_discount", params | {
        "value": _value(random, params["pay"]), "parts": parts, "veto": veto, "not_audited": missing
    }  # fmt: skip


def _satisfaction(random: Random) -> tuple[str, Json]:
    params = _paid(random)
    shares = [{"limit": "700", "share": "0.5"}, {"limit": "800", "share": "1"}]
    made = params | {
        "value": _value(random, params["pay"]),
        "measure": MEASURES[3],
        "by": "score",
        "shares": shares,
    }
    return "satisfaction", made | ({"substitute": "0.6"} if random.random() < 0.5 else {})


def _plan(random: Random) -> tuple[str, Json]:
    params = _paid(random)
    return "plan_coefficient", params | {
        "value": _value(random, params["pay"]),
        "floor": "0.4",
        "ceiling": "1",
    }


def _matrix(random: Random) -> tuple[str, Json]:
    params = _paid(random) | {"rows_by": "policy.achievement", "columns_by": MEASURES[3]}
    places = [(row, column) for row in ("0.5", "0.9") for column in ("600", "780")]
    cells = [{"row": row, "column": column, "value": _value(random, params["pay"])} for row, column in places]
    return "matrix", params | {"cells": cells}


def _discount(random: Random) -> tuple[str, Json]:
    models = [{"model": "a1", "value": _share(random, 6)}, {"model": "B", "value": _share(random, 6)}]
    return "invoice_discount", {"value": _share(random, 5), "price_basis": "pretax", "models": models}


TYPES = (_volume, _volume, _growth, _quality, _satisfaction, _plan, _matrix, _discount)
