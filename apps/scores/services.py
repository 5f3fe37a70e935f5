"""Scores come in from audits, surveys and training of others; a correction is a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports.registry import SAME, Committed, RowProblem
from apps.core.models import ImportBatch
from apps.core.spreadsheet.errors import Phrase
from apps.scores import policies
from apps.scores.models import DeliveredScore
from apps.scores.rules import SCORES
from apps.vehicles import facts, versions

IMPORT = "scores.score"
_RECORD = "dealer_id bigint, month date, score text, value numeric, note text"
SCORED = versions.Versioned(DeliveredScore, names=("score",), value="value", remarks=("note",))
_RANGE = gettext_noop("This score lies between %(low)s and %(high)s.")
_ONCE = Phrase(gettext_noop("This score stands in two rows."))


def problems_of(rows: Sequence[Mapping[str, Any]]) -> list[RowProblem]:
    """What is wrong with rows, and which say what is in force already; nothing is stored."""
    known, seen, found = SCORED.in_force(rows), set(), []
    for row in rows:
        key, score = SCORED.key_of(row), SCORES[row["score"]]
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
    made = _post(given, batch.spec["source"], batch, actor, now)
    return Committed(created=len(made), same=versions.counted(given) - len(made))


def _post(
    given: facts.Given, source: str, batch: ImportBatch | None, actor: Actor, now: datetime
) -> list[int]:
    """Make versions of the given scores that differ from what is in force; answers their keys."""
    stamp = {"source": source, "recorded_at": now, "recorded_by": actor.label}
    made = SCORED.replace(given, stamp=stamp | {"batch_id": batch.pk if batch else None}, now=now)
    return [pk for pk, _dealer, _period in made]
