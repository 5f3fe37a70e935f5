"""What a run does, in order: each stage is one declaration; an app that takes part adds one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.alerts import services as alerts
from apps.alerts import telling
from apps.alerts.models import AlertReading
from apps.closing import digests
from apps.closing.models import Step
from apps.closing.rules import RunKind
from apps.core.access import Actor
from apps.health import services as health
from apps.health.models import HealthScore
from apps.incentives import services as incentives
from apps.incentives.models import Accrual
from apps.kernel.period import Month
from apps.metrics import services as metrics
from apps.metrics.models import FeedStatus, KpiValue, MeasureValue, UnitKpiValue
from apps.periods import services as periods
from apps.periods.rules import MonthState


@dataclass(frozen=True)
class Part:
    """What one step of a run works on: a reading of a month, for the dealers with ids first..last."""

    run_id: int
    month: Month
    revision: int
    first_dealer: int
    last_dealer: int
    actor: Actor
    now: datetime

    @property
    def reading(self) -> dict[str, Any]:
        """The month and revision, as services take them."""
        return {"month": self.month, "revision": self.revision}

    @property
    def dealers(self) -> dict[str, Any]:
        """The same with the dealers of this part."""
        return {**self.reading, "first_dealer": self.first_dealer, "last_dealer": self.last_dealer}


@dataclass(frozen=True)
class Stage:
    """A stage of a run: `work` replaces its own rows in `writes`; by dealer ranges, or once for the network.

    `kind` limits the stage to runs of one kind.
    """

    code: str
    label: Any
    work: Callable[[Part], object]
    writes: type[Model] | None
    by_dealer: bool = False
    kind: RunKind | None = None


def _check_inputs(part: Part) -> None:
    metrics.begin(**part.reading, now=part.now)


def _publish(part: Part) -> None:
    metrics.finish(**part.reading, result_hash=_hash(part), now=part.now, freeze=False)


def _freeze(part: Part) -> None:
    metrics.finish(**part.reading, result_hash=_hash(part), now=part.now, freeze=True)
    periods.set_state(month=part.month, state=MonthState.CLOSED, actor=part.actor, now=part.now)


def _hash(part: Part) -> str:
    """The hash over everything the run wrote, whatever its parts were."""
    leaves: dict[str, bytes] = {}
    written = [stage.code for stage in STAGES if stage.writes is not None]
    steps = Step.objects.filter(run=part.run_id, finished_at__isnull=False, code__in=written)
    for step in steps.order_by("no", "part"):
        leaves[step.code] = leaves.get(step.code, b"") + bytes(step.leaves)
    return digests.combined(leaves.items())


def _alerts(part: Part) -> None:
    alerts.scan(**part.reading, now=part.now)
    telling.tell(**part.reading, now=part.now)


STAGES = (
    Stage("check_inputs", _("Check the inputs"), _check_inputs, FeedStatus),
    Stage("collect", _("Collect measures"), lambda p: metrics.collect(**p.reading), MeasureValue),
    Stage("kpis", _("Compute KPIs"), lambda p: metrics.compute_kpis(**p.dealers), KpiValue, by_dealer=True),
    Stage("units", _("Sum units and network"), lambda p: metrics.reduce_units(**p.reading), UnitKpiValue),
    Stage("health", _("Score health"), lambda p: health.score(**p.dealers), HealthScore, by_dealer=True),
    Stage("ranks", _("Rank health"), lambda p: health.rank(**p.reading), HealthScore),
    Stage(
        "rebates",
        _("Accrue rebates"),
        lambda p: incentives.accrue(**p.dealers, now=p.now),
        Accrual,
        by_dealer=True,
    ),
    Stage(
        "pools",
        _("Accrue shared rebates"),
        lambda p: incentives.accrue_shared(**p.reading, now=p.now),
        Accrual,
    ),
    Stage("alerts", _("Raise alerts"), _alerts, AlertReading),
    Stage("publish", _("Publish"), _publish, None, kind=RunKind.INTERIM),
    Stage(
        "book",
        _("Book the accruals"),
        lambda p: incentives.book_accruals(**p.reading, actor=p.actor, now=p.now),
        None,
        kind=RunKind.CLOSE,
    ),
    Stage("freeze", _("Freeze"), _freeze, None, kind=RunKind.CLOSE),
)


def stages_of(kind: RunKind) -> tuple[Stage, ...]:
    """The stages of a run of this kind, in order."""
    return tuple(stage for stage in STAGES if stage.kind in (None, kind))


def labels() -> dict[str, Any]:
    """The names of all stages by code."""
    return {stage.code: stage.label for stage in STAGES}
