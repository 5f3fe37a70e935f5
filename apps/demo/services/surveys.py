"""What dealers of the sample answer every month: the climate of their stock, and the demand to come."""

# ruff: noqa: S608 -- nothing of a request is in these statements

from __future__ import annotations

from datetime import datetime

from apps.forecasting.report_forms import DEMAND
from apps.kernel.period import Month
from apps.reports.registry import ReportForm
from apps.reports.report_forms.dealers import SURVEY
from apps.vehicles import facts

SURVEYED = 24
_DRAW = "(('x' || substr(md5({of}), 1, 7))::bit(28)::int)"
_ROW = """
INSERT INTO reports_submission (form, form_version, period, period_text, dealer_id, reviewer, state, edition,
       version, content, findings, reasons, errors, to_explain, created_at, saved_at, saved_by, due_at,
       submitted_at, submitted_by, submitted_version, on_time, decided_by, comment)
SELECT %(form)s, %(version)s, told.period, to_char(told.period, 'YYYY-MM'), told.dealer_id, %(reviewer)s,
       'submitted', 2, 1, told.content, '[]', '{}', 0, 0, told.at, told.at, '销售经理', told.due_at, told.at,
       '销售经理', 1, told.at <= told.due_at, '', ''
  FROM ({told}) AS told (period, dealer_id, content, at, due_at)
"""
_VERSION = """
INSERT INTO reports_submissionversion (submission_id, no, form_version, content, findings, reasons, source,
       file_sha256, recorded_at, recorded_by)
SELECT id, 1, form_version, content, '[]', '{}', 'web', '', submitted_at, '销售经理' FROM reports_submission
 WHERE form = %(form)s AND submitted_version = 1
"""
# Demand is weak around the New Year and in summer: the share of dealers that see more, and that see the same.
_MORE = "(ARRAY[22, 18, 46, 40, 38, 34, 24, 26, 48, 44, 42, 50])[extract(month FROM m.period)::int]"
_ANSWER = (
    "CASE WHEN {draw} %% 100 < {more} THEN 'up' WHEN {draw} %% 100 < {more} + 34 THEN 'same' ELSE 'down' END"
)
_QUESTIONS = {
    "demand": _MORE,
    "stock": f"(66 - {_MORE})",
    "daily_sales": f"({_MORE} - 3)",
    "staff": "18",
    "operations": f"({_MORE} - 6)",
    "next_demand": _MORE,
}
_ANSWERS = ", ".join(
    f"'{field}', " + _ANSWER.format(draw=_DRAW.format(of=f"d.code || m.period || '{field}'"), more=more)
    for field, more in _QUESTIONS.items()
)
_PAIR = _DRAW.format(of="d.code || c.code || m.period")
_TURN = _DRAW.format(of="d.code || m.period")
_CLIMATE = f"""
SELECT m.period, d.id, jsonb_build_object('values', jsonb_build_object({_ANSWERS})),
       (m.period + interval '1 month 1 day 9 hours' + interval '1 minute' * ({_TURN} %% 540)
        + interval '1 day' * ({_TURN} %% 4)) AT TIME ZONE 'Asia/Shanghai',
       (m.period + interval '1 month 5 days 23 hours 59 minutes') AT TIME ZONE 'Asia/Shanghai'
  FROM dealers_dealer AS d CROSS JOIN unnest(%(months)s::date[]) AS m (period)
 WHERE d.status = 'active' AND d.opened_on <= m.period AND {_TURN} %% 20 < 17
"""
_DEMAND = f"""
SELECT m.period, d.id,
       jsonb_build_object('values', jsonb_build_object(
                              'expected', told.expected::text, 'units', told.units::text,
                              'gap', (told.units - told.expected)::text),
                          'notes', CASE WHEN told.units = told.expected THEN '{{}}'::jsonb
                                        ELSE jsonb_build_object('units', '下月团购与区域车展') END,
                          'tables', jsonb_build_object('models', told.lines)),
       least((m.period - interval '1 day' * (1 + {_TURN} %% 3) + interval '9 hours'
              + interval '1 minute' * ({_TURN} %% 540)) AT TIME ZONE 'Asia/Shanghai',
             %(now)s - interval '1 minute' * ({_TURN} %% 170)),
       (m.period - interval '1 minute') AT TIME ZONE 'Asia/Shanghai'
  FROM unnest(%(months)s::date[], %(shares)s::int[]) WITH ORDINALITY AS m (period, share, step)
  JOIN dealers_dealer AS d ON d.status = 'active'
  JOIN LATERAL (
       SELECT sum(line.units) AS units, round(sum(line.expected))::int AS expected,
              jsonb_agg(jsonb_build_object('model', line.code, 'model_units', line.units::text)
                        ORDER BY line.units DESC) FILTER (WHERE line.units > 0) AS lines
         FROM (SELECT c.code, f.values[m.step] AS expected,
                      round(f.values[m.step] * (0.88 + 0.01 * ({_PAIR} %% 28)))::int
                 FROM forecasting_dealerforecast AS f JOIN vehicles_carmodel AS c ON c.id = f.model_id
                WHERE f.dealer_id = d.id AND f.made_for = %(last)s) AS line (code, expected, units)
       ) AS told ON told.lines IS NOT NULL
 WHERE {_TURN} %% 100 < m.share
"""
_CENTRES = f"""
UPDATE dealers_dealer AS d
   SET capabilities = CASE WHEN near.place = 1 THEN '{{sales,storage,parts,settlement,feedback}}'
                           ELSE capabilities END,
       channel_pattern = CASE WHEN near.place > 1 AND {_DRAW.format(of="d.code")} %% 3 = 0 THEN 'franchise'
                              ELSE channel_pattern END
  FROM (SELECT id, row_number() OVER (PARTITION BY unit_id ORDER BY code) AS place
          FROM dealers_dealer) AS near
 WHERE near.id = d.id
"""


def climate(months: list[Month]) -> None:
    """Most dealers answered the survey of every month."""
    _load(SURVEY, _CLIMATE, {"months": [month.first for month in months[-SURVEYED:]]})


def demand(*, last: Month, now: datetime) -> None:
    """Nearly all dealers told their demand of the month that runs, more than half that of the coming one;
    some are agents of the first dealer of their unit.
    """
    facts.execute(_CENTRES, {})
    months = [last.next.first, last.next.next.first]
    _load(DEMAND, _DEMAND, {"months": months, "shares": [95, 60], "last": last.first, "now": now})


def _load(form: ReportForm, told: str, params: dict[str, object]) -> None:
    names = {"form": form.code, "version": form.version, "reviewer": form.reviewer}
    facts.execute(_ROW.replace("{told}", told), {**params, **names})
    facts.execute(_VERSION, names)
