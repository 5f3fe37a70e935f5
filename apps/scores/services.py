"""Scores come in from audits, surveys and training of others; a correction is a new version."""

# ruff: noqa: S608 -- names of tables and columns come from code, values are parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core import audit, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.scores import policies
from apps.scores.models import DeliveredScore
from apps.scores.rules import SCORES
from apps.vehicles import facts

IMPORT = "scores.score"
_RECORD = "dealer_id bigint, month date, score text, value numeric, note text"
_RANGE = gettext_noop("This score lies between %(low)s and %(high)s.")
_ONCE = Phrase(gettext_noop("This score stands in two rows."))


def problems_of(rows: Sequence[Mapping[str, Any]]) -> list[RowProblem]:
    """What is wrong with rows, and which say what is in force already; nothing is stored."""
    known, seen, found = _in_force(rows), set(), []
    for row in rows:
        key, score = _key(row), SCORES[row["score"]]
        if not score.fits(row["value"]):
            text = Phrase(_RANGE, {"low": f"{score.low:f}", "high": f"{score.high:f}"})
            found.append(RowProblem(row["row_no"], "value", "range", text, value=f"{row['value']:f}"))
        elif key in seen:
            found.append(RowProblem(row["row_no"], "dealer", "twice", _ONCE))
        elif known.get(key) == row["value"]:
            found.append(RowProblem(row["row_no"], "value", SAME, ""))
        seen.add(key)
    return found


@transaction.atomic
def record_scores(
    *,
    rows: Sequence[Mapping[str, Any]],
    source: str,
    actor: Actor,
    now: datetime,
    only_good: bool = False,
    unreadable: Sequence[RowProblem] = (),
) -> facts.Recorded:
    """Take scores: rows of `dealer_id`, `month` (a day of it), `score`, `value`, `note`.

    What is in force with the same value stays; anything else becomes a new version. Wrong rows raise
    `rows_refused`, together with what was `unreadable`, or are left out with `only_good`.
    """
    numbered = [{"row_no": number, **row, "source": source} for number, row in enumerate(rows, 1)]
    for row in numbered:
        if not policies.score.can(actor, policies.RECORD, DeliveredScore(dealer_id=row["dealer_id"])):
            raise DomainError("not_found", _("This dealer does not exist."))
    problems = [*unreadable, *problems_of(numbered)]
    good = facts.good_rows(numbered, problems, only_good=only_good)
    made = _post(facts.from_rows(good, _RECORD), source, None, actor, now)
    audit.record_many(
        actor=actor,
        action=policies.RECORD,
        changes=[
            audit.Change(row, after={"value": row.value, "version": row.version, "note": row.note})
            for row in DeliveredScore.objects.filter(pk__in=made).order_by("pk")
        ],
        now=now,
    )
    return facts.Recorded(len(made), len(good) - len(made), 0, problems)


@transaction.atomic
def take_batch(batch: ImportBatch, actor: Actor, now: datetime) -> Committed:
    """Take the scores of the good staged rows of an import."""
    given = facts.from_batch(batch, IMPORT, _RECORD)
    counted = facts.fetch(f"SELECT count(*) FROM ({given.sql}) AS given", given.params)[0][0]
    made = _post(given, batch.spec["source"], batch, actor, now)
    return Committed(created=len(made), same=int(counted) - len(made))


def _post(
    given: facts.Given, source: str, batch: ImportBatch | None, actor: Actor, now: datetime
) -> list[int]:
    """Make versions of the given scores that differ from what is in force; answers their keys."""
    jobs.lock("scores.record")
    facts.execute("DROP TABLE IF EXISTS pg_temp.given_score")
    facts.execute(
        f"""
        CREATE TEMP TABLE given_score ON COMMIT DROP AS
        SELECT g.*, s.id AS known_id, coalesce(s.version, 0) AS known_version
          FROM (SELECT dealer_id, date_trunc('month', month)::date AS period, score, value,
                       coalesce(note, '') AS note FROM ({given.sql}) AS raw) AS g
          LEFT JOIN scores_deliveredscore AS s ON s.dealer_id = g.dealer_id AND s.period = g.period
               AND s.score = g.score AND s.replaced_at IS NULL
         WHERE s.value IS DISTINCT FROM g.value
        """,
        given.params,
    )
    facts.execute(
        "UPDATE scores_deliveredscore SET replaced_at = %s WHERE id IN (SELECT known_id FROM given_score)",
        (now,),
    )
    made = facts.fetch(
        """
        INSERT INTO scores_deliveredscore (dealer_id, period, score, version, value, note, source,
                                           recorded_at, recorded_by, batch_id)
        SELECT dealer_id, period, score, known_version + 1, value, note, %s, %s, %s, %s FROM given_score
        RETURNING id
        """,
        (source, now, actor.label, batch.pk if batch else None),
    )
    facts.analyse("scores_deliveredscore", rows=len(made))
    return [pk for (pk,) in made]


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["dealer_id"], row["month"].replace(day=1), row["score"])


def _in_force(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], Any]:
    held = DeliveredScore.objects.filter(
        dealer_id__in={row["dealer_id"] for row in rows},
        period__in={row["month"].replace(day=1) for row in rows},
        replaced_at__isnull=True,
    )
    return {
        (dealer, period, score): value
        for dealer, period, score, value in held.values_list("dealer_id", "period", "score", "value")
    }
