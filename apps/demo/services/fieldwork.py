"""The field at work: an account manager for every unit, visits with answers and findings, bulletins.

Places, people and texts are made up; the rows are made by a few statements whatever the size of the network.
"""

# ruff: noqa: S608 -- nothing of a request is in these statements

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.urls import reverse

from apps.accounts import queries as accounts
from apps.accounts.models import Assignment, User
from apps.core.roles import Role
from apps.dealers.models import OrgUnit
from apps.work import kinds
from apps.work.models import Finding
from apps.work.services import Wanted, activities, meetings, open_todos
from apps.work.services.bulletins import Draft, publish_bulletin

SINCE = date(2020, 1, 1)
BACK, AHEAD = 62, 7
SUMMARIES = (
    "库存结构正常，已与总经理核对下旬报站计划。",
    "展车到位，价格牌缺一块，已当场补齐。",
    "长库龄车 6 台，商定本旬促销方案。",
    "客流下滑，建议增加周末外展一场。",
    "新任销售经理到岗，已讲解本月商务政策。",
    "资金已到位，逢2报站可按计划完成。",
)
FINDINGS = (
    "门头灯箱两处不亮，请更换。",
    "两台展车里程超过 200 公里，请更换展车。",
    "账物相差 1 台，请核对并说明。",
    "周边网点低于指导价报价，请整改。",
)
_CENTRES = {
    "11": (39.90, 116.41), "12": (39.13, 117.20), "13": (38.04, 114.51), "14": (37.87, 112.55),
    "15": (40.84, 111.75), "21": (41.80, 123.43), "22": (43.82, 125.32), "23": (45.80, 126.53),
    "31": (31.23, 121.47), "32": (32.06, 118.80), "33": (30.27, 120.16), "34": (31.82, 117.23),
    "35": (26.07, 119.30), "36": (28.68, 115.86), "37": (36.65, 117.12), "41": (34.75, 113.62),
    "42": (30.59, 114.31), "43": (28.23, 112.94), "44": (23.13, 113.26), "45": (22.82, 108.37),
    "46": (20.04, 110.20), "50": (29.56, 106.55), "51": (30.57, 104.07), "52": (26.65, 106.63),
    "53": (25.04, 102.71), "54": (29.65, 91.14), "61": (34.34, 108.94), "62": (36.06, 103.83),
    "63": (36.62, 101.78), "64": (38.49, 106.23), "65": (43.83, 87.62),
}  # fmt: skip
"""About where the capital of a province lies: latitude, longitude."""

_DRAW = "(('x' || substr(md5({of} || %(seed)s), 1, 7))::bit(28)::int)"
_PLACES = f"""
UPDATE dealers_dealer AS d
   SET latitude = round((c.lat + ({_DRAW.format(of="d.code")} %% 8000 - 4000) / 10000.0)::numeric, 6),
       longitude = round((c.lon + ({_DRAW.format(of="'e' || d.code")} %% 8000 - 4000) / 10000.0)::numeric, 6)
  FROM unnest(%(codes)s::text[], %(lats)s::float[], %(lons)s::float[]) AS c (code, lat, lon)
 WHERE left(d.province_id, 2) = c.code
"""
_OUTLETS = """
INSERT INTO dealers_outlet (dealer_id, code, name, store_type, address, latitude, longitude)
SELECT d.id, o.code, d.short_name || o.name, o.kind, '', d.latitude + o.off, d.longitude + o.off
  FROM dealers_dealer AS d
 CROSS JOIN (VALUES ('N1', '二网', 'second_tier', 0.05), ('Z1', '城市展厅', 'city_showroom', -0.03))
       AS o (code, name, kind, off)
"""
_ACTIVITIES = f"""
INSERT INTO work_activity
       (kind, topic, title, unit_id, person_id, rank, done_by, subject, dealer_id, outlet_id, planned_on,
        purpose, state, checked_in_at, located, latitude, longitude, accuracy_m, distance_m,
        questions_version, answers, score, note, occurred_on, done_at, created_at)
SELECT k.kind, '', '', p.unit_id, p.user_id, 2, CASE WHEN past THEN p.label ELSE '' END, s.subject,
       s.dealer_id, s.outlet_id, day, '旬度走访', CASE WHEN past THEN 'done' ELSE 'planned' END,
       CASE WHEN past AND k.place THEN at END,
       CASE WHEN NOT past OR NOT k.place THEN 'not_asked' WHEN draw %% 23 = 0 THEN 'refused' ELSE 'found' END,
       CASE WHEN past AND k.place AND draw %% 23 > 0 THEN s.latitude + (draw %% 300) / 111195.0 END,
       CASE WHEN past AND k.place AND draw %% 23 > 0 THEN s.longitude END,
       CASE WHEN past AND k.place AND draw %% 23 > 0 THEN 8 + draw %% 30 END,
       CASE WHEN past AND k.place AND draw %% 23 > 0 THEN draw %% 300 END,
       k.version, CASE WHEN past THEN k.answers -> (draw %% jsonb_array_length(k.answers)) ELSE '{{}}' END,
       CASE WHEN past AND k.kind IN ('display_check', 'warehouse_check')
            THEN (ARRAY[100, 83.33, 66.67])[1 + draw %% 3] END, '',
       CASE WHEN past THEN day END, CASE WHEN past THEN at + interval '40 minutes' END, at - interval '3 days'
  FROM unnest(%(units)s::bigint[], %(users)s::bigint[], %(labels)s::text[]) AS p (unit_id, user_id, label)
  JOIN (SELECT unit_id, id AS dealer_id, NULL::bigint AS outlet_id, 'dealer' AS subject, latitude, longitude
          FROM dealers_dealer WHERE status = 'active'
        UNION ALL
        SELECT d.unit_id, d.id, o.id,
               CASE WHEN o.store_type = 'second_tier' THEN 'second_tier' ELSE 'retail' END,
               o.latitude, o.longitude
          FROM dealers_outlet AS o JOIN dealers_dealer AS d ON d.id = o.dealer_id) AS s
    ON s.unit_id = p.unit_id
 CROSS JOIN (SELECT generate_series(%(first)s::date, %(last)s::date, interval '1 day')::date AS day) AS days
 CROSS JOIN LATERAL (
       SELECT {_DRAW.format(of="s.subject || s.dealer_id || coalesce(s.outlet_id, 0) || day")} AS draw,
              days.day < %(today)s::date AS past) AS drawn
  JOIN unnest(%(kinds)s::text[], %(versions)s::text[], %(places)s::bool[], %(told)s::jsonb[],
              %(turns)s::int[]) AS k (kind, version, place, answers, turn) ON drawn.draw %% 31 = k.turn
 CROSS JOIN LATERAL (
       SELECT (day + make_time(9 + draw %% 8, draw %% 60, 0)) AT TIME ZONE %(zone)s AS at) AS hour
 WHERE extract(isodow FROM day) < 6 AND (k.kind <> 'contact' OR s.subject = 'dealer')
"""
_FINDINGS = f"""
INSERT INTO work_finding
       (activity_id, unit_id, person_id, rank, dealer_id, kind, question, text, severity, shared, due_on,
        state, answer, answered_by, answered_at, closed_by, closed_at, created_at)
SELECT a.id, a.unit_id, a.person_id, a.rank, a.dealer_id, 'issue', '', (%(texts)s::text[])[1 + draw / 4 %% 4],
       CASE WHEN draw %% 5 = 0 THEN 'major' ELSE 'minor' END, true, a.occurred_on + 7, stage,
       CASE stage WHEN 'open' THEN '' ELSE '已整改完毕。' END,
       CASE stage WHEN 'open' THEN '' ELSE '总经理' END,
       CASE WHEN stage <> 'open' THEN a.done_at + interval '3 days' END,
       CASE stage WHEN 'closed' THEN a.done_by ELSE '' END,
       CASE WHEN stage = 'closed' THEN a.done_at + interval '5 days' END, a.done_at
  FROM work_activity AS a
 CROSS JOIN LATERAL (SELECT {_DRAW.format(of="'f' || a.id")} AS draw) AS drawn
 CROSS JOIN LATERAL (SELECT CASE WHEN a.occurred_on < %(today)s::date - 16 THEN 'closed'
                                 WHEN a.occurred_on < %(today)s::date - 9 THEN 'answered'
                                 ELSE 'open' END AS stage) AS told
 WHERE a.state = 'done' AND a.kind = 'visit' AND draw %% 4 = 0
"""


def build(*, seed: int, now: datetime) -> int:
    """Fill the last two months and the coming week of every account manager; returns how many activities."""
    today, managers = now.date(), _managers()
    with connection.cursor() as cursor:
        codes, points = list(_CENTRES), list(_CENTRES.values())
        lats, lons = [lat for lat, _lon in points], [lon for _lat, lon in points]
        cursor.execute(_PLACES, {"seed": str(seed), "codes": codes, "lats": lats, "lons": lons})
        cursor.execute(_OUTLETS)
        cursor.execute(_ACTIVITIES, _wanted(managers, seed, today, str(now.tzinfo or "Asia/Shanghai")))
        made = int(cursor.rowcount)
        cursor.execute(_FINDINGS, {"seed": str(seed), "texts": list(FINDINGS), "today": today})
    _ask(now)
    _publish(now)
    _meet(now)
    return made


def _managers() -> list[Assignment]:
    """An account manager over every unit that has dealers of its own."""
    role = Role.ACCOUNT_MANAGER
    units = OrgUnit.objects.filter(dealer__isnull=False).distinct().order_by("pk")
    held = set(Assignment.objects.filter(role=role).values_list("unit_id", flat=True))
    free = [unit for unit in units if unit.pk not in held]
    users = [User(username=f"field_{unit.code}".lower(), display_name=f"{unit}客户经理") for unit in free]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    Assignment.objects.bulk_create(
        Assignment(user=user, role=role, unit=unit, valid_from=SINCE)
        for user, unit in zip(users, free, strict=True)
    )
    return list(Assignment.objects.filter(role=role, unit__isnull=False).select_related("user"))


def _wanted(managers: list[Assignment], seed: int, today: date, zone: str) -> dict[str, Any]:
    visits = [{"business": "normal", "price_kept": "yes", "summary": text} for text in SUMMARIES]
    visits[3]["business"] = "poor"
    contacts = [{"channel": "phone", "summary": text} for text in SUMMARIES]
    asked = [question.code for question in kinds.kind_of("display_check").questions[:-1]]
    checks = [dict.fromkeys(asked, "yes") | dict.fromkeys(asked[:wrong], "no") for wrong in range(3)]
    given = [("visit", True, visits, turn) for turn in (0, 11, 22)]
    given += [("contact", False, contacts, 5), ("display_check", True, checks, 7)]
    given += [("warehouse_check", True, _stores(), 13)]
    return {
        "seed": str(seed),
        "today": today,
        "first": today - timedelta(BACK),
        "last": today + timedelta(AHEAD),
        "zone": zone,
        "units": [row.unit_id for row in managers],
        "users": [row.user_id for row in managers],
        "labels": [str(row.user) for row in managers],
        "kinds": [kind for kind, *_rest in given],
        "versions": [kinds.kind_of(kind).version for kind, *_rest in given],
        "places": [place for _kind, place, *_rest in given],
        "told": [json.dumps(told, ensure_ascii=False) for _kind, _place, told, _turn in given],
        "turns": [turn for *_rest, turn in given],
    }


def _stores() -> list[dict[str, str]]:
    """What was found at warehouses: all well, or a thing or two to mend."""
    asked = [each.code for each in kinds.kind_of("warehouse_check").questions[1:-1]]
    shelved = ("first_in_first_out", "problem_stock")
    found: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("38", (), ""),
        ("52", ("orderly",), "钥匙未与车辆一一对应，当场整理。"),
        ("27", shelved, "两台长库龄车停在最里侧，未做标识。"),
    )
    return [
        {"counted_units": units, "summary": said} | dict.fromkeys(asked, "yes") | dict.fromkeys(wrong, "no")
        for units, wrong, said in found
    ]


def _ask(now: datetime) -> None:
    """The open findings as to-dos of the general managers, the answered ones of who found them."""
    rows = list(Finding.objects.exclude(state="closed"))
    for state, code in (("open", "work.finding"), ("answered", "work.finding_answered")):
        wanted = [_todo(row) for row in rows if row.state == state]
        open_todos(code=code, wanted=wanted, now=now)


def _todo(row: Finding) -> Wanted:
    told = {"text": row.text[:80]}
    url = reverse("work:finding-detail", kwargs={"pk": row.pk})
    if row.state == "open":
        return Wanted(f"work.finding:{row.pk}", told, url, role=Role.DEALER_GENERAL, dealer_id=row.dealer_id)
    return Wanted(f"work.finding:{row.pk}:answered", told, url, user_id=row.person_id)


def _publish(now: datetime) -> None:
    """A bulletin of headquarters, one of a province, one of an area."""
    drafts = {
        "hq_ops": (
            "关于规范终端价格的通报",
            "各单位：请严格执行价格体系与销售区域责任制，发现问题三日内上报。",
        ),
        "province": ("本旬走访重点", "本旬重点走访库存系数高于 1.5 的经销商，逐家商定去化措施。"),
        "account": ("下旬报站提醒", "请各店于逢2前完成报站并落实资金，疑问随时联系。"),
    }
    for name, (title, text) in drafts.items():
        user = User.objects.get(username=name)
        draft = Draft(title, text, "both", now.date() + timedelta(1))
        publish_bulletin(draft=draft, actor=accounts.actor_for(user, on=now.date()), now=now)


def _meet(now: datetime) -> None:
    """A meeting of an area and one of a province in the coming days, with answers of those invited."""
    plans = {
        "account": ("本旬销售例会", "morning", 2, "线上会议"),
        "province": ("季度经销商大会", "dealers", 5, "省会会议中心 2 号厅"),
    }
    for name, (title, topic, ahead, place) in plans.items():
        user = User.objects.get(username=name)
        actor = accounts.actor_for(user, on=now.date())
        plan = activities.Plan(
            "meeting", now.date() + timedelta(ahead), time(9, 30), topic=topic, title=title
        )
        meeting = activities.plan_activity(plan=plan, actor=actor, now=now)
        call = meetings.Call("both", (), place, "请携带库存表和要车计划。")
        meetings.invite(activity=meeting, call=call, actor=actor, now=now)
        for no, row in enumerate(meeting.attendance.select_related("user").order_by("pk")[:12]):
            if row.user is not None and no % 3:
                guest = accounts.actor_for(row.user, on=now.date())
                reason = "" if no % 3 == 1 else "当日已安排交车仪式"
                meetings.answer(invitation=row, coming=not reason, reason=reason, actor=guest, now=now)
