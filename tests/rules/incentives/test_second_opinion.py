"""The rule engine and the naive second implementation agree, and share nothing."""

from __future__ import annotations

import ast
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from apps.incentives.rules import document, engine
from proofs import naive, r3
from proofs.arena import Report
from proofs.policies import for_engine

NAIVE = Path(naive.__file__).parent


def test_they_agree_car_by_car() -> None:
    report = Report("R3", 21)
    r3.compare_all(report, 21, 25, 6)
    assert report.failures == []
    assert report.trials > 400


def test_a_fen_too_much_is_found() -> None:
    report = Report("R3", 21)
    r3.compare_all(report, 21, 3, 4, planted=True)
    assert report.failures


def test_the_second_implementation_imports_nothing_of_the_product() -> None:
    for file in NAIVE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names, file.name


def test_a_condition_on_everything_without_data_holds_back_what_others_would_pay() -> None:
    gates = [
        {"measure": "audits.sales_score", "threshold": "90", "effect": "zero"},
        {"measure": "satisfaction.ssi_score", "threshold": "700", "effect": "block_all"},
    ]
    per_car = {"type": "volume", "params": {"scale": "fixed", "value": "1000"}}
    clauses = [{"code": "c1", **per_car, "gates": gates}, {"code": "c2", **per_car}]
    policy = {"code": "p", "label": {"zh": "p", "en": "p"}, "components": clauses}
    car = {"key": "f1", "kind": "retail", "units": "1", "occurred_on": date(2026, 6, 5)}
    dealer = {
        "no": 1,
        "window": (date(2026, 6, 1), date(2026, 6, 30)),
        "facts": [car | {"price": None, "list_price": None, "pretax": None}],
        "targets": {},
        "last_year": {},
        "measures": {"audits.sales_score": "80"},
    }
    found = engine.evaluate(document.read(policy), for_engine(dealer), as_of=date(2026, 7, 10))
    assert [each.amount for each in found.components] == [Decimal("0.00"), None]
    dealer["measures"]["satisfaction.ssi_score"] = "750"
    paid = engine.evaluate(document.read(policy), for_engine(dealer), as_of=date(2026, 7, 10))
    assert [each.amount for each in paid.components] == [Decimal("0.00"), Decimal("1000.00")]
