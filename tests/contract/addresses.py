"""What stands in the addresses of routes: a kind of object for every argument.

A route with an argument that is not told here fails the matrix: say which kind of object it names, and let
objects.py make one for each of the two dealers.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model

from tests.contract.objects import World, vin_of
from tests.contract.routes import Route

ARGUMENTS: dict[str, dict[str, str]] = {
    "accounts:assignment": {"pk": "assignment"},
    "accounts:link": {"token": "link_token"},
    "accounts:session": {"handle": "session"},
    "accounts:staff": {"pk": "staff"},
    "accounts:staff-role": {"pk": "staff_role"},
    "accounts:change": {"pk": "change"},
    "accounts:delegation": {"pk": "delegation"},
    "accounts:rights": {"role": "role", "code": "action"},
    "accounts:token": {"pk": "token"},
    "accounts:user": {"pk": "user"},
    "accounts:view-as": {"pk": "user"},
    "accounts:who-can-see": {"model": "model_label", "pk": "dealer"},
    "alert": {"pk": "episode"},
    "alerts:action": {"pk": "alert_action"},
    "car-split": {"vin": "vin"},
    "closing": {"pk": "run", "month": "month"},
    "audit-event": {"pk": "event"},
    "core:audit-detail": {"pk": "event"},
    "core:file": {"pk": "file"},
    "core:import": {"pk": "batch", "kind": "import_kind"},
    "core:profile": {"pk": "profile"},
    "dealer-": {"code": "dealer_code"},
    "dealer-contact": {"pk": "contact"},
    "dealers:contact": {"pk": "contact"},
    "dealers:contact-create": {"pk": "dealer"},
    "dealers:dealer": {"pk": "dealer"},
    "dealers:outlet": {"pk": "outlet"},
    "dealers:outlet-create": {"pk": "dealer"},
    "dealers:unit": {"pk": "unit"},
    "delegation": {"pk": "delegation"},
    "delivered-score": {"pk": "delivered_score"},
    "delivery": {"pk": "delivery"},
    "earn-rule": {"pk": "earn_rule"},
    "earning": {"pk": "earning"},
    "bonus": {"pk": "bonus"},
    "engagement:bonus": {"pk": "bonus"},
    "contest": {"pk": "contest"},
    "engagement:contest": {"pk": "contest"},
    "engagement:gift": {"pk": "gift"},
    "engagement:redemption": {"pk": "redemption"},
    "engagement:request": {"pk": "point_request"},
    "engagement:rule": {"pk": "earn_rule"},
    "engagement:seller": {"model": "fact_label", "pk": "delivery"},
    "gift": {"pk": "gift"},
    "point-request": {"pk": "point_request"},
    "redemption": {"pk": "redemption"},
    "sale-credit": {"pk": "sale_credit"},
    "finance:statement": {"pk": "statement"},
    "forecast": {"pk": "forecast"},
    "forecasting:forecast": {"pk": "forecast"},
    "unit-forecast": {"pk": "unit_forecast"},
    "health-score": {"pk": "score"},
    "health:score": {"pk": "score"},
    "import": {"pk": "batch"},
    "import-profile": {"pk": "profile"},
    "incentives:accrual": {"pk": "accrual"},
    "incentives:policy": {"pk": "policy_version"},
    "incentives:finding-sign": {"pk": "policy_version"},
    "incentives:back-test": {"pk": "back_test"},
    "incentives:back-test-start": {"pk": "policy_version"},
    "policy": {"pk": "policy_version"},
    "incentives:run": {"pk": "settlement_run"},
    "incentives:batch": {"pk": "payment_batch"},
    "incentives:payment": {"pk": "payment"},
    "incentives:money": {"pk": "dealer"},
    "payment": {"pk": "payment"},
    "payment-batch": {"pk": "payment_batch"},
    "incentives:statement": {"pk": "rebate_statement"},
    "incentives:car": {"pk": "rebate_statement", "line": "car"},
    "incentives:dispute": {"pk": "dispute"},
    "incentives:item": {"pk": "dispute_item"},
    "rebate-statement": {"pk": "rebate_statement"},
    "rebate-dispute": {"pk": "dispute"},
    "rebate-dispute-car": {"pk": "dispute_item"},
    "inventory:unit": {"pk": "stock_unit"},
    "inventory:movement": {"pk": "movement"},
    "inventory:declaration": {"pk": "declaration"},
    "inventory:proposal": {"pk": "proposal"},
    "inventory:shipment": {"pk": "shipment"},
    "inventory:mark-": {"pk": "mark"},
    "inventory:agreement-detail": {"pk": "agreement"},
    "inventory:aged-detail": {"pk": "aged"},
    "inventory:count": {"pk": "count"},
    "vehicle-mark": {"pk": "mark"},
    "floor-plan-loan": {"pk": "loan"},
    "buy-back-agreement": {"pk": "agreement"},
    "aged-action": {"pk": "aged"},
    "stock-count": {"pk": "count"},
    "inventory:reservation": {"pk": "reservation"},
    "shipment": {"pk": "shipment"},
    "reservation": {"pk": "reservation"},
    "kpi-value-explain": {"kpi": "kpi", "dealer": "dealer_code", "period": "month"},
    "core:job": {"pk": "job"},
    "job": {"pk": "job"},
    "metrics:custom": {"code": "custom"},
    "metrics:explain": {"code": "kpi", "dealer": "dealer_code", "month": "month"},
    "metrics:explain-unit": {"code": "kpi", "unit": "unit_code", "month": "month"},
    "metrics:facts": {"code": "measure", "dealer": "dealer_code", "month": "month"},
    "metrics:feed-nil": {"code": "dealer_code", "feed": "feed", "month": "month"},
    "metrics:kpi": {"code": "kpi"},
    "model": {"code": "model"},
    "order-line": {"pk": "order_line"},
    "order-plan": {"pk": "order_plan"},
    "ordering:plan": {"pk": "order_plan"},
    "ledger:account": {"pk": "ledger_account"},
    "ledger:account-transfer": {"pk": "ledger_wallet"},
    "ledger:transfer": {"pk": "wallet_transfer"},
    "ledger:note": {"pk": "credit_note"},
    "ledger:note-issue": {"pk": "ledger_payout"},
    "wallet-transfer": {"pk": "wallet_transfer"},
    "credit-note": {"pk": "credit_note"},
    "ledger:entry": {"pk": "ledger_entry"},
    "ledger-account": {"pk": "ledger_account"},
    "ledger:receipt": {"pk": "bank_receipt"},
    "bank-payment": {"pk": "bank_receipt"},
    "portal:dealer": {"code": "dealer_code", "panel": "dealer_panel"},
    "portal:home-panel": {"code": "home_panel"},
    "duty-": {"pk": "duty"},
    "duty-rule": {"pk": "duty_rule"},
    "reports:duty": {"pk": "duty"},
    "reports:feed-read": {"token": "link_token"},
    "reports:rule": {"pk": "duty_rule"},
    "report": {"pk": "report"},
    "reports:report": {"pk": "report"},
    "rights-change": {"pk": "change"},
    "evidence": {"pk": "evidence"},
    "retail-decision": {"pk": "decision"},
    "risk:decision": {"pk": "decision"},
    "risk:decision-propose": {"model": "fact_label", "pk": "delivery"},
    "sales:delivery": {"pk": "delivery"},
    "sales:evidence": {"pk": "evidence"},
    "rebate-accrual": {"pk": "accrual"},
    "staff": {"pk": "staff"},
    "target": {"pk": "target"},
    "targets:target": {"pk": "target"},
    "statement": {"pk": "statement"},
    "store-account": {"pk": "store_account"},
    "stock-declaration": {"pk": "declaration"},
    "stock-movement": {"pk": "movement"},
    "stock-unit": {"pk": "stock_unit"},
    "transfer": {"pk": "transfer"},
    "transfer-proposal": {"pk": "proposal"},
    "unit": {"code": "unit_code"},
    "activity": {"pk": "activity"},
    "attendance": {"pk": "invitation"},
    "bulletin": {"pk": "bulletin"},
    "finding": {"pk": "finding"},
    "work:activity": {"pk": "activity"},
    "work:activity-invite": {"pk": "meeting"},
    "work:activity-sign-in": {"pk": "meeting", "attendance": "attendance"},
    "work:bulletin": {"pk": "bulletin"},
    "work:invitation": {"pk": "invitation"},
    "work:route-move": {"pk": "activity"},
    "work:finding": {"pk": "finding"},
    "work:finding-add": {"pk": "activity"},
    "vin": {"vin": "vin"},
    "approval": {"pk": "approval"},
    "notice": {"pk": "notice"},
    "todo": {"pk": "todo"},
    "work:approval": {"pk": "approval"},
    "work:notice": {"pk": "notice"},
    "work:todo": {"pk": "todo"},
    "work:webhook": {"pk": "webhook"},
    "work:delivery": {"pk": "webhook_delivery"},
    "webhook": {"pk": "webhook"},
    "webhook-delivery": {"pk": "webhook_delivery"},
    "correction": {"pk": "correction"},
    "work:correction": {"pk": "correction"},
    "work:correction-ask": {"model": "fact_label", "pk": "delivery"},
    "work:filter-drop": {"pk": "saved_filter"},
    "work:remark": {"pk": "remark"},
    "work:remarks": {"model": "model_label", "pk": "dealer"},
}
UNKNOWN: dict[str, Any] = {
    "dealer_code": "D999",
    "unit_code": "NOWHERE",
    "vin": vin_of("D999", 999999),
}
NO_PK = 999_999_999
BODIES: dict[str, dict[str, Any]] = {
    "dealer-contact-reveal": {"reason": "回访客户"},
    "dealers:contact-reveal": {"reason": "回访客户"},
    "duty-do": {"note": "已办"},
    "duty-waive": {"reason": "停业装修"},
    "reports:duty-do": {"note": "已办"},
    "reports:duty-waive": {"reason": "停业装修"},
    "staff-state": {"is_active": False},
    "alert-acknowledge": {"plan": "促销"},
    "alert-close": {"outcome": "accepted", "note": "新店备货"},
    "alert-plan": {"kind": "promotion", "text": "促销", "units": 3},
    "import-commit": {"mode": "good"},
    "import-mapping": {"spec": {"source": "x", "outputs": [{"kind": "sales.retail", "fields": {}}]}},
    "reports:report-correct": {"reason": "审计调整"},
    "sales:delivery-unsplit": {"note": "协议作废"},
    "sales:delivery-return": {"returned_on": "2026-07-01", "note": "退车"},
    "inventory:proposal-accept": {"moved_on": "2026-07-01", "note": ""},
    "inventory:unit-mark": {"kind": "location", "location": "A1", "valid_from": "2026-07-01"},
    "inventory:unit-buy-back": {"bought_on": "2026-07-01"},
    "inventory:count-scan": {"code": "NOSUCH"},
    "stock-count-scan": {"code": "NOSUCH"},
    "inventory:transfer-suggest": {"giver": "D001", "taker": "D002", "model": "X5", "units": "1"},
    "inventory:proposal-confirm": {"note": ""},
    "inventory:proposal-agree": {"note": ""},
    "inventory:proposal-ship": {"carrier": "安捷", "shipped_on": "2026-07-01"},
    "transfer-proposal-ship": {"carrier": "安捷", "shipped_on": "2026-07-01"},
    "inventory:proposal-decline": {"note": "展厅已满"},
    "inventory:proposal-withdraw": {"note": "已售"},
    "inventory:shipment-receive": {"inspection": "good", "arrived_on": "2026-07-01"},
    "shipment-receive": {"inspection": "good", "arrived_on": "2026-07-01"},
    "inventory:shipment-answer": {"note": "补发"},
    "inventory:shipment-cancel": {"note": "停产"},
    "inventory:unit-reserve": {"order_no": "XS-77"},
    "inventory:reservation-release": {"note": "退订"},
    "reservation-release": {"note": "退订"},
    "inventory:unit-propose": {"partner": "D002", "note": ""},
    "transfer-proposal-accept": {"moved_on": "2026-07-01"},
    "transfer-proposal-decline": {"note": "展厅已满"},
    "transfer-proposal-withdraw": {"note": "已售"},
    "inventory:unit-depart": {"left_on": "2026-07-01", "kind": "retail", "note": ""},
    "inventory:unit-adjust": {"left_on": "2026-07-01", "note": "盘亏"},
    "inventory:movement-undo": {"note": "误录"},
    "alerts:episode-acknowledge": {"plan": "促销"},
    "alerts:episode-plan": {"kind": "promotion", "text": "促销", "units": "3"},
    "alerts:episode-settle": {"outcome": "accepted", "note": "新店备货"},
    "activity-answers": {"answers": {"business": "normal", "summary": "正常"}},
    "activity-cancel": {"reason": "改期"},
    "activity-check-in": {"located": "refused"},
    "attendance-answer": {"reply": "coming"},
    "activity-findings": {"text": "灯箱不亮", "due_on": "2026-07-20"},
    "finding-answer": {"answer": "已更换"},
    "work:activity-cancel": {"reason": "改期"},
    "work:activity-invite": {"names": "张三"},
    "work:invitation-detail": {"reply": "coming"},
    "work:route-move": {"to": "up"},
    "work:finding-add": {"text": "灯箱不亮", "kind": "issue", "severity": "minor", "due_on": "2026-07-20"},
    "work:finding-answer": {"answer": "已更换"},
    "approval-decide": {"verdict": "return", "comment": "请补充"},
    "engagement:gift-stock": {"units": "1"},
    "engagement:redemption-send": {"answer": "SF1"},
    "engagement:redemption-refuse": {"answer": "断货"},
    "engagement:redemption-return": {"answer": "破损"},
    "work:remarks": {"text": "已核对"},
    "work:correction-ask": {"wrong": "日期", "right": "7 月 2 日"},
    "work:correction-answer": {"answer": "已更正"},
    "work:filter-menu": {"page": "/sales/", "name": "本月", "query": "month=2026-06"},
}
"""What is sent where an empty body would be refused before the object is looked for."""


def addresses(route: Route, world: World) -> dict[str, dict[str, Any]]:
    """Whose object → the arguments of the address; a route without objects has one row, `-`."""
    if not route.arguments:
        return {"-": {}}
    if route.name.startswith("admin:"):
        return {"any": _admin(route)}
    kinds = _kinds(route)
    if all(kind in world.shared for kind in kinds.values()):
        return {"shared": {name: world.shared[kind] for name, kind in kinds.items()}}
    return {
        owner: {name: world.shared.get(kind, keys.get(kind)) for name, kind in kinds.items()}
        for owner, keys in (
            ("own", world.own.keys),
            ("sister", world.sister.keys),
            ("foreign", world.foreign.keys),
        )
    }


def unknown(route: Route, world: World) -> dict[str, Any]:
    """The arguments of an address whose object does not exist."""
    kinds = _kinds(route)
    return {name: world.shared.get(kind, UNKNOWN.get(kind, NO_PK)) for name, kind in kinds.items()}


def _kinds(route: Route) -> dict[str, str]:
    fitting = [prefix for prefix in ARGUMENTS if route.name.startswith(prefix)]
    told = ARGUMENTS[max(fitting, key=len)] if fitting else {}
    missing = [name for name in route.arguments if name not in told]
    if missing:
        raise LookupError(f"tests/contract/addresses.py does not say what {missing} of {route.name} names")
    return {name: told[name] for name in route.arguments}


def _admin(route: Route) -> dict[str, Any]:
    given: dict[str, Any] = {"app_label": "dealers", "url": "nowhere", "content_type_id": 1, "object_id": 1}
    model = _model_of(route.name)
    if model is not None:
        first = model._default_manager.order_by("pk").first()
        given |= {"object_id": first.pk if first else NO_PK, "id": first.pk if first else NO_PK}
    return {name: given[name] for name in route.arguments}


def _model_of(name: str) -> type[Model] | None:
    for model in apps.get_models():
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    return None
