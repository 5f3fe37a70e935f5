"""From a user to the actor it is at this moment: itself, a stand-in for somebody, or a looker-on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.accounts import policies
from apps.accounts.models import User, ViewAs
from apps.core import access
from apps.core.access import Actor, Limit, Reach, Scope
from apps.core.roles import DEALER, DEALER_STAFF
from apps.dealers.rules import UnitKind

# Asked at every request, so spelled out: the ORM would take longer to write it than the data base to answer.
# The people of a dealer keep no right over it once it is closed; the maker's people do, for its history.
_HELD = """
SELECT a.role, u.kind, a.dealer_id,
       CASE WHEN u.kind <> 'hq' THEN coalesce(dealers_below(u.path), '{{}}') ELSE '{{}}' END,
       ARRAY(SELECT o.id FROM dealers_orgunit AS o WHERE u.kind <> 'hq' AND starts_with(o.path, u.path)),
       CASE WHEN a.group_id IS NOT NULL THEN coalesce(dealers_of_group(
           a.group_id, CASE WHEN a.role = ANY(%(dealer_roles)s) THEN %(on)s::date END
       ), '{{}}') ELSE '{{}}' END,
       ARRAY(SELECT g.action FROM accounts_grant AS g WHERE g.role = a.role AND g.allowed),
       (SELECT jsonb_object_agg(g.action, jsonb_build_array(g.max_amount::text, g.max_rate::text))
          FROM accounts_grant AS g WHERE g.role = a.role AND g.allowed
           AND (g.max_amount IS NOT NULL OR g.max_rate IS NOT NULL)){extra}
  FROM accounts_assignment AS a LEFT JOIN dealers_orgunit AS u ON u.id = a.unit_id{joined}
 WHERE {whose} AND a.valid_from <= %(on)s AND (a.valid_to IS NULL OR a.valid_to >= %(on)s)
   AND (a.dealer_id IS NULL OR a.role <> ALL(%(dealer_roles)s) OR dealers_open(a.dealer_id, %(on)s))
"""
_OWN = _HELD.format(extra="", joined="", whose="a.user_id = %(user)s")
_STAND_IN = _HELD.format(
    extra=", s.delegator_id, coalesce(nullif(p.display_name, ''), p.username)",
    joined="""
  JOIN accounts_delegation AS s ON s.delegator_id = a.user_id AND a.role = ANY(s.roles)
  JOIN accounts_user AS p ON p.id = s.delegator_id AND p.is_active""",
    whose="""s.id = %(delegation)s AND s.delegate_id = %(user)s AND s.revoked_at IS NULL
   AND s.valid_from <= %(on)s AND s.valid_to >= %(on)s""",
)
_DEALER_ROLES = sorted(DEALER | DEALER_STAFF)


def actor_for(user: User, *, on: date, request_id: str = "") -> Actor:
    """The actor a user is on a day: its roles with their grants, and what its assignments reach.

    To the people of a dealer that is out of business their assignment gives nothing.
    """
    return _actor(user, _asked(_OWN, user=user.pk, on=on), request_id)


def stand_in(user: User, *, delegation: int, on: date, request_id: str = "") -> Actor | None:
    """The actor a user is while standing in for somebody; None when the delegation is not in force.

    What is one's own (a stand-in of one's own, looking through others' eyes) is not handed on.
    """
    held = _asked(_STAND_IN, user=user.pk, on=on, delegation=delegation)
    if not held:
        return None
    whose, name = held[0][-2:]
    actor = _actor(user, [row[:-2] for row in held], request_id, without=_own_actions() - {policies.OWN})
    return replace(actor, for_label=name, for_id=whose)


def looker_on(user: User, *, look: int, now: datetime, on: date, request_id: str = "") -> Actor | None:
    """The actor a user is while looking through another's eyes; None when the look is over."""
    found = (
        ViewAs.objects.select_related("target")
        .filter(pk=look, viewer=user.pk, ended_at=None, ends_at__gt=now, target__is_active=True)
        .first()
    )
    if found is None:
        return None
    actor = _actor(
        found.target, _asked(_OWN, user=found.target_id, on=on), request_id, without=_own_actions()
    )
    return replace(actor, viewer=str(user))


def _own_actions() -> frozenset[str]:
    return frozenset(code for code, action in access.actions().items() if action.own)


def _asked(statement: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**params, "dealer_roles": _DEALER_ROLES})
        return list(cursor.fetchall())


def _actor(
    user: User, held: Sequence[tuple[Any, ...]], request_id: str, without: frozenset[str] = frozenset()
) -> Actor:
    reaches = tuple(_reach(row, without) for row in held)
    return Actor(
        user_id=user.pk,
        label=str(user),
        roles=frozenset(reach.role for reach in reaches),
        scope=access.joined(reach.scope for reach in reaches),
        request_id=request_id,
        reaches=reaches,
    )


def _reach(row: tuple[Any, ...], without: frozenset[str]) -> Reach:
    """What one assignment reaches; the dealers and units of headquarters are not spelled out."""
    role, kind, dealer, dealers_below, units_below, of_group, actions, limits = row
    if kind == UnitKind.HQ:
        scope = Scope(everything=True)
    else:
        own = [dealer] if dealer else []
        scope = Scope(
            dealer_ids=frozenset([*own, *dealers_below, *of_group]), unit_ids=frozenset(units_below)
        )
    return Reach(role, frozenset(actions) - without, scope, _limits(limits))


def _limits(text: str | None) -> dict[str, Limit]:
    """Action → limit, of the few that have one; the data base tells them as JSON."""
    told: dict[str, list[str | None]] = json.loads(text) if text else {}
    return {code: Limit(_number(amount), _number(rate)) for code, (amount, rate) in told.items()}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
