"""J: 50 policies over 200,000 cars settled car by car, against set-based SQL that writes the paid lines.

The product judges the cars of every policy's selection and counts the others by reason, in jobs two workers
share; the floor only joins, multiplies and sums, in one session. Both write the same lines and statements
with a hash of them, the floor into tables of the same columns without their keys into other tables, indexed
afterwards.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context

from django.db import connection

from apps.core import access, jobs
from apps.incentives.models import Policy, PolicyVersion, SettlementRun, Statement, StatementLine
from apps.incentives.rules import document as documents
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import RunKind
from apps.incentives.services import calculating
from bench import data, harness

NAME = "settle"
TARGET = 2
DEALERS, CARS, POLICIES = 2_000, 200_000, 50
WORKERS = 2  # as docker-compose.yml starts them
ACTOR = access.system("bench")
_CARS = """
INSERT INTO sales_retaildelivery (source, external_id, revision, dealer_id, occurred_on, quantity, period,
       recorded_at, vin, model_text, trim_text, colour, price_amount, plated_on, channel, customer_type,
       region_text, note)
SELECT 'bench', 'S' || n, 1, d.ids[1 + n / 25 %% array_length(d.ids, 1)], %(first)s::date + n %% 28, 1,
       %(first)s, %(at)s, 'BENCH' || lpad(n::text, 12, '0'), '', '', '', 100000 + n %% 5000,
       %(first)s::date + n %% 28 + 5,
       (ARRAY['showroom', 'second_tier', 'online', 'fleet', 'other'])[1 + n %% 5],
       (ARRAY['private', 'company', 'government', 'rental', 'staff'])[1 + (n / 5) %% 5], '', ''
  FROM generate_series(1, %(cars)s) AS n, (SELECT array_agg(id ORDER BY id) AS ids FROM dealers_dealer) AS d
"""
_TABLES = """
CREATE TABLE bench_line (LIKE incentives_statementline INCLUDING DEFAULTS);
CREATE TABLE bench_statement (LIKE incentives_statement INCLUDING DEFAULTS);
"""
_FLOOR = """
INSERT INTO bench_line (id, statement_id, dealer_id, delivery_id, vin, component, status, code, cure,
       occurred_on, invoiced_on, plated_on, units, base, amount, before, change)
SELECT row_number() OVER (), p.id * 1000000 + f.dealer_id, f.dealer_id, f.id, f.vin, 'volume', 'included', '',
       '', f.occurred_on, f.invoiced_on, f.plated_on, f.quantity, f.quantity * f.price_amount, n.amount, 0,
       n.amount
  FROM sales_retaildelivery AS f
  JOIN incentives_policyversion AS v
    ON v.document #>> '{components,0,selection,channels,0}' = f.channel
   AND v.document #>> '{components,0,selection,customer_types,0}' = f.customer_type
  JOIN incentives_policy AS p ON p.id = v.policy_id AND p.code LIKE 'B%%'
 CROSS JOIN LATERAL (
       SELECT round(f.price_amount * (v.document #>> '{components,0,params,value}')::numeric, 2) AS amount
       ) AS n
 WHERE f.occurred_on BETWEEN %(first)s AND %(last)s;
INSERT INTO bench_statement (id, run_id, dealer_id, policy_id, version_id, window_first, window_last, number,
       period, state, amount, settled_before, delta, reason, units, included, excluded, pending, out_of_scope,
       curable, components, known_at, sha256, confirmed_by)
SELECT l.statement_id, p.id, l.dealer_id, p.id, v.id, %(first)s, %(last)s, 1, %(first)s, 'calculated',
       sum(l.amount), 0, sum(l.amount), '', sum(l.units), count(*), 0, 0, '{}', 0,
       jsonb_build_array(jsonb_build_object('code', 'volume', 'amount', sum(l.amount), 'base', sum(l.base))),
       now(), encode(sha256(string_agg(l.vin || l.amount, ',' ORDER BY l.vin)::bytea), 'hex'), ''
  FROM bench_line AS l
  JOIN incentives_policyversion AS v ON v.policy_id = l.statement_id / 1000000
  JOIN incentives_policy AS p ON p.id = v.policy_id
 GROUP BY l.statement_id, l.dealer_id, p.id, v.id;
"""
_INDEXES = """
ALTER TABLE bench_line ADD PRIMARY KEY (id), ADD UNIQUE (id, dealer_id);
CREATE INDEX ON bench_line (statement_id, status, vin, id);
CREATE INDEX ON bench_line (delivery_id);
ALTER TABLE bench_statement ADD PRIMARY KEY (id), ADD UNIQUE (id, dealer_id), ADD UNIQUE (run_id, dealer_id);
CREATE INDEX ON bench_statement (dealer_id, known_at DESC, id DESC);
CREATE INDEX ON bench_statement (policy_id, window_first, dealer_id);
"""
_DIFFERENCES = """
WITH ours AS (
    SELECT s.policy_id, l.dealer_id, l.delivery_id, l.amount, l.base
      FROM incentives_statementline AS l JOIN incentives_statement AS s ON s.id = l.statement_id
), theirs AS (
    SELECT statement_id / 1000000 AS policy_id, dealer_id, delivery_id, amount, base FROM bench_line
), heads AS (
    SELECT policy_id, dealer_id, amount, included FROM incentives_statement WHERE included > 0
), sums AS (SELECT policy_id, dealer_id, amount, included FROM bench_statement)
SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM heads),
       (SELECT count(*) FROM (TABLE ours EXCEPT TABLE theirs) AS a)
       + (SELECT count(*) FROM (TABLE theirs EXCEPT TABLE ours) AS b)
       + (SELECT count(*) FROM (TABLE heads EXCEPT TABLE sums) AS c)
       + (SELECT count(*) FROM (TABLE sums EXCEPT TABLE heads) AS d)
"""
CHANNELS = ("showroom", "second_tier", "online", "fleet", "other")
CUSTOMERS = ("private", "company", "government", "rental", "staff")


def main() -> int:
    """Settle all policies both ways, by turns."""
    size = harness.scale(NAME)
    with harness.scratch(NAME):
        data.network(max(20, round(DEALERS * size)))
        month = data.months(1)[0]
        window = Window(month.first, month.last)
        at = datetime(month.last.year, month.last.month, month.last.day, tzinfo=UTC)
        cars = {"first": month.first, "at": at, "cars": round(CARS * size)}
        harness.execute(_CARS, cars)
        held = [_policy(number, month.first) for number in range(POLICIES)]
        harness.settle()
        now = datetime(month.next.first.year, month.next.first.month, 10, tzinfo=UTC)

        def product() -> None:
            chosen = {window: [policy.pk for policy in held]}
            asked = calculating.enqueue(chosen, kind=RunKind.FINAL, actor=ACTOR, now=now)
            connection.close()
            with ProcessPoolExecutor(WORKERS, get_context("fork")) as workers:
                assert all(workers.map(jobs.run, [str(job.pk) for job in asked]))

        def floor() -> None:
            harness.execute(_TABLES)
            harness.execute(_FLOOR, {"first": window.first, "last": window.last})
            harness.execute(_INDEXES)

        taken = harness.by_turns({"floor": floor, "product": product}, before=_reset)
        floor()
        lines, statements, differing = data.row(_DIFFERENCES)
        assert lines and not differing, f"{differing} of {lines} lines and {statements} statements differ"
        print(f"  {lines} lines in {statements} statements")
    return harness.conclude(NAME, harness.Part("settlement", taken["product"] / taken["floor"], TARGET))


def _policy(number: int, since: object) -> Policy:
    label = {"zh": f"测试政策{number}", "en": f"Bench policy {number}"}
    params = {"scale": "fixed", "pay": "rate", "price_basis": "price", "value": f"0.0{1 + number % 9}"}
    selection = {"channels": [CHANNELS[number % 5]], "customer_types": [CUSTOMERS[number // 5 % 5]]}
    clause = {"code": "volume", "type": "volume", "params": params, "selection": selection}
    read = documents.read({"code": f"B{number:02d}", "label": label, "components": [clause]})
    policy = Policy.objects.create(code=f"B{number:02d}", label_zh=label["zh"], label_en=label["en"])
    PolicyVersion.objects.create(
        policy=policy,
        version=1,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=since,
        published_on=since,
        published_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    return policy


def _reset(label: str) -> None:
    harness.execute("DROP TABLE IF EXISTS bench_line, bench_statement")
    for model in (StatementLine, Statement, SettlementRun):
        model.objects.all()._raw_delete("default")
    harness.settle("incentives_statementline", "incentives_statement")


if __name__ == "__main__":
    sys.exit(main())
