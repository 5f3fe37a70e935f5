"""Convention awards 大会奖: who won which, as issued by published statements and confirmed by the stores."""

from __future__ import annotations

from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Coalesce

from apps.core.access import Actor
from apps.incentives.models import PolicyVersion, Statement
from apps.incentives.queries import statements
from apps.incentives.rules.settling import FINAL

TYPE = "convention_award"
_STEP, _PEERS = "Award", "Place among peers"


class _Input(Func):
    """What a step of the arithmetic was given under a name, as text; empty when it was not."""

    output_field = CharField()
    template = (
        'jsonb_path_query_first(%(expressions)s, \'strict $[*].trace[*] ? (@.label == "%(step)s")'
        ".inputs[*] ? (@[0] == \"%(name)s\")[1]', '{}', true) #>> '%(place)s'"
    )


def awards(*, actor: Actor) -> QuerySet[Statement]:
    """Published statements in which the store won a convention award: its `award` and `place`."""
    granting = PolicyVersion.objects.filter(document__components__contains=[{"type": TYPE}])
    rows = statements.statements(actor=actor).filter(version__in=granting, state__in=FINAL)
    rows = rows.filter(components__contains=[{"trace": [{"label": _STEP}]}], amount__gt=0)
    name = _Input(F("components"), step=_STEP, name="Award", place="{text}")
    rank = _Input(F("components"), step=_PEERS, name="Place", place="{}")
    return rows.annotate(award=Coalesce(name, Value("")), place=Coalesce(rank, Value("")))
