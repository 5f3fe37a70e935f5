"""Floors of the benches that are requests: bare views, raw SQL, no middleware, nobody asked who they are."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from apps.kernel.period import Month

_API = """
SELECT f.id, f.source, f.external_id, f.revision, f.reverses_id, d.code, f.occurred_on, f.period,
       f.recorded_at, f.quantity, f.vin, m.code, f.model_text, f.trim_text, f.colour, f.price_amount,
       f.list_amount, f.invoiced_on, f.plated_on, f.channel, f.customer_type, f.region_text
  FROM sales_retaildelivery AS f JOIN dealers_dealer AS d ON d.id = f.dealer_id
  LEFT JOIN vehicles_carmodel AS m ON m.id = f.model_id
 WHERE {where} ORDER BY f.occurred_on DESC, f.id DESC LIMIT 100
"""
_KEYS = (
    "id", "source", "external_id", "revision", "reverses", "dealer", "occurred_on", "period", "recorded_at",
    "quantity", "vin", "model", "model_text", "trim_text", "colour", "price_amount", "list_amount",
    "invoiced_on", "plated_on", "channel", "customer_type", "region_text",
)  # fmt: skip
_SHOWN = """
SELECT f.id, f.occurred_on, f.external_id, f.quantity, d.code, coalesce(nullif(d.short_name, ''), d.name),
       coalesce(m.name, f.model_text), f.vin, f.price_amount, f.period
  FROM sales_retaildelivery AS f JOIN dealers_dealer AS d ON d.id = f.dealer_id
  LEFT JOIN vehicles_carmodel AS m ON m.id = f.model_id
"""
_DASHBOARD = """
WITH region AS (
    SELECT d.id AS dealer_id, r.name FROM dealers_dealer AS d JOIN dealers_orgunit AS u ON u.id = d.unit_id
      JOIN dealers_orgunit AS r ON r.kind = 'region' AND u.path LIKE r.path || '%%'
)
SELECT v.period, region.name, sum(v.value) FROM metrics_measurevalue AS v JOIN region USING (dealer_id)
 WHERE v.measure = 'sales.retail_units' AND v.revision = 1 AND v.dimension = '' AND v.period = ANY(%s::date[])
 GROUP BY v.period, region.name ORDER BY v.period, region.name
"""
_LIST = Engine().from_string(
    "<!doctype html><title>Deliveries</title><table>{% for row in rows %}<tr>"
    "{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
_DETAIL = Engine().from_string(
    "<!doctype html><title>Delivery</title><dl>{% for label, value in facts %}"
    "<dt>{{ label }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>"
)


def api_list(request: HttpRequest) -> HttpResponse:
    """100 deliveries as JSON, filtered by source or month; with their exact number if asked for."""
    condition, value = _condition(request)
    rows = _fetch(_API.format(where=condition), value)
    answer: dict[str, Any] = {"results": [dict(zip(_KEYS, row, strict=True)) for row in rows]}
    if "count" in request.GET:
        counted = f"SELECT count(*) FROM sales_retaildelivery AS f WHERE {condition}"
        answer["count"] = _fetch(counted, value)[0][0]
    return HttpResponse(orjson.dumps(answer, default=str), content_type="application/json")


def html_list(request: HttpRequest) -> HttpResponse:
    """The newest 50 deliveries of a source as a bare table."""
    sql = f"{_SHOWN} WHERE f.source = %s ORDER BY f.occurred_on DESC, f.id DESC LIMIT 50"
    rows = [[str(value) for value in row] for row in _fetch(sql, [request.GET["source"]])]
    return HttpResponse(_LIST.render(Context({"rows": rows})))


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery with every field as a bare list of facts."""
    row = _fetch(_API.format(where="f.id = %s"), [pk])[0]
    return HttpResponse(_DETAIL.render(Context({"facts": list(zip(_KEYS, row, strict=True))})))


def dashboard(request: HttpRequest, month: str) -> HttpResponse:
    """Retail units of 24 months by region, from the monthly store, as a bare table."""
    last = Month.parse(month)
    rows = _fetch(_DASHBOARD, [[last.shift(-back).first for back in range(24)]])
    return HttpResponse(_LIST.render(Context({"rows": rows})))


def password(request: HttpRequest) -> HttpResponse:
    """One password checked against its hash, and nothing else."""
    right = check_password(request.GET["password"], request.GET["encoded"])
    return HttpResponse("ok" if right else "wrong")


def _condition(request: HttpRequest) -> tuple[str, list[str]]:
    if "month" in request.GET:
        return "f.period = %s", [f"{request.GET['month']}-01"]
    return "f.source = %s", [request.GET["source"]]


def _fetch(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


urlpatterns = [
    path("password/", transaction.non_atomic_requests(password)),
    path("api/", transaction.non_atomic_requests(api_list)),
    path("list/", transaction.non_atomic_requests(html_list)),
    path("dashboard/<str:month>/", transaction.non_atomic_requests(dashboard)),
    path("detail/<int:pk>/", transaction.non_atomic_requests(detail)),
]

settings.MIDDLEWARE = []
settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
