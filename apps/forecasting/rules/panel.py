"""All series of a network forecast together: sales of models at dealers over the same months.

Series with a history of equal length are worked on at once. Source: §1.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from apps.forecasting.rules import choosing, levels
from apps.forecasting.rules.accuracy import Values, classes, mase, naive_scale, season_of
from apps.forecasting.rules.choosing import ORIGINS, TEST_HORIZON, Chosen
from apps.forecasting.rules.newyear import NewYear
from apps.kernel.period import Month

Key = tuple[int, int]
"""Dealer and model."""
HORIZON = 3
STALE_MONTHS = 3
"""A dealer that reported nothing for so long has no forecast."""
LAUNCH, RUN_OUT = "launch", "run_out"


@dataclass(frozen=True)
class Panel:
    """Sales in units by dealer and model (series × months), NaN where the dealer's feed is missing."""

    months: Sequence[Month]
    keys: Sequence[Key]
    sold: Values


@dataclass(frozen=True)
class Life:
    """When models came and went: first month on sale, the model followed, whether it runs out."""

    launched: Mapping[int, Month] = field(default_factory=dict)
    follows: Mapping[int, int] = field(default_factory=dict)
    ends: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Outlook:
    """The forecast of one series, its spread at each step, and its back-test (6 × 3) where there is one."""

    method: str
    kind: str
    months: int
    forecast: Values
    spread: Values
    tested_units: float
    mae: float
    wape: float
    mase: float
    bias: float
    errors: Values | None
    came: Values | None
    history: Values


def outlooks(panel: Panel, life: Life, *, new_year: bool) -> dict[Key, Outlook]:
    """The forecast of every series that sold and whose dealer still reports, by dealer and model."""
    panel = _with_forerunners(panel, life)
    starts = _starts(panel, life)
    totals = np.nansum(panel.sold, axis=0)
    found: dict[Key, Outlook] = {}
    fresh = _launching(panel, life)
    usable = _usable(panel, starts, fresh)
    for start in sorted(set(starts[usable].tolist())):
        rows = np.flatnonzero(usable & (starts == start))
        history = filled(panel.sold[rows, start:])
        calendar = NewYear(panel.months[start:], totals[start:]) if new_year else choosing.even_calendar
        chosen = choosing.choose(history, horizon=HORIZON, calendar=calendar)
        kinds = classes(history)
        for place, row in enumerate(rows.tolist()):
            found[panel.keys[row]] = _outlook(chosen, place, kinds[place], history[place])
    for key in [key for key in found if key[1] in life.ends]:
        found[key] = _run_out(found[key])
    return found | _launches(panel, fresh)


def filled(sold: Values) -> Values:
    """Missing months between known ones on the line between them, those at the end as the last known."""
    at = np.arange(sold.shape[1])
    gaps = np.isnan(sold)
    answer = sold.copy()
    for row in np.flatnonzero(gaps.any(axis=1)).tolist():
        known = ~gaps[row]
        answer[row] = np.interp(at, at[known], sold[row, known])
    return answer


def _with_forerunners(panel: Panel, life: Life) -> Panel:
    """A model that follows another one takes over its history, also where it has not sold itself yet."""
    places = {key: place for place, key in enumerate(panel.keys)}
    keys, sold = list(panel.keys), list(panel.sold)
    for new, old in life.follows.items():
        begins = life.launched.get(new, panel.months[-1].next)
        before = np.array([month < begins for month in panel.months])
        for dealer in [dealer for dealer, model in panel.keys if model == old]:
            past = panel.sold[places[dealer, old]]
            inherited = np.where(before, past, np.where(np.isnan(past), np.nan, 0.0))
            if (dealer, new) in places:
                sold[places[dealer, new]] = sold[places[dealer, new]] + inherited
            elif begins <= panel.months[-1]:
                keys.append((dealer, new))
                sold.append(inherited)
    return Panel(panel.months, keys, np.array(sold).reshape(len(keys), len(panel.months)))


def _starts(panel: Panel, life: Life) -> NDArray[np.intp]:
    """The first month that counts of each series: the dealer reports and the model is on sale."""
    first_sale = _first_sales(panel)
    on_sale = np.array([first_sale[model] for _, model in panel.keys], dtype=int)
    reported = np.argmax(~np.isnan(panel.sold), axis=1) if len(panel.keys) else on_sale
    starts: NDArray[np.intp] = np.maximum(on_sale, reported)
    return starts


def _first_sales(panel: Panel) -> dict[int, int]:
    """The place of the first month in which anybody sold a model; the end if nobody did."""
    found: dict[int, int] = {}
    for (_, model), row in zip(panel.keys, panel.sold, strict=True):
        sales = np.flatnonzero(np.nan_to_num(row) > 0)
        first = int(sales[0]) if len(sales) else len(panel.months)
        found[model] = min(found.get(model, len(panel.months)), first)
    return found


def _launching(panel: Panel, life: Life) -> frozenset[int]:
    """The models so new that their dealers' own histories say nothing; one with a forerunner is not new."""
    last = len(panel.months) - levels.LAUNCH_MONTHS
    models = {model for model, first in _first_sales(panel).items() if last < first < len(panel.months)}
    return frozenset(models - life.follows.keys() - life.ends) if last > 0 else frozenset()


def _usable(panel: Panel, starts: NDArray[np.intp], fresh: frozenset[int]) -> NDArray[np.bool_]:
    recent = ~np.isnan(panel.sold[:, -STALE_MONTHS:])
    selling = np.nansum(panel.sold, axis=1) > 0
    old = np.array([model not in fresh for _, model in panel.keys], dtype=bool)
    usable: NDArray[np.bool_] = recent.any(axis=1) & selling & old & (starts < len(panel.months))
    return usable


def _outlook(chosen: Chosen, place: int, kind: str, history: Values) -> Outlook:
    whole = chosen.tested.shape[1] == ORIGINS
    return Outlook(
        method=chosen.methods[place],
        kind=kind,
        months=len(history),
        forecast=chosen.forecast[place],
        spread=chosen.spread[place],
        tested_units=_mean(chosen.came[place]),
        mae=float(chosen.mae[place]),
        wape=float(chosen.wape[place]),
        mase=float(chosen.mase[place]),
        bias=float(chosen.bias[place]),
        errors=chosen.came[place] - chosen.tested[place] if whole else None,
        came=chosen.came[place] if whole else None,
        history=history,
    )


def _mean(came: Values) -> float:
    return float(came.mean()) if came.size else float("nan")


def _plain(method: str, forecast: Values, history: Values) -> Outlook:
    """A forecast that no back-test speaks for; its spread is that of rare events, √units."""
    unknown = float("nan")
    spread = np.sqrt(np.maximum(forecast, 1.0))
    kind = classes(history[None])[0]
    return Outlook(
        method,
        kind,
        len(history),
        forecast,
        spread,
        unknown,
        unknown,
        unknown,
        unknown,
        unknown,
        None,
        None,
        history,
    )


def _run_out(outlook: Outlook) -> Outlook:
    recent = outlook.history[None, -3:]
    return _plain(RUN_OUT, levels.running_out(recent, HORIZON)[0], outlook.history)


def _launches(panel: Panel, fresh: frozenset[int]) -> dict[Key, Outlook]:
    """New models at every dealer that reported the last month, by the dealer's share of all its sales."""
    if not fresh:
        return {}
    first_sale = _first_sales(panel)
    recent: dict[int, float] = {}
    for (dealer, _), row in zip(panel.keys, panel.sold, strict=True):
        if not np.isnan(row[-1]):
            recent[dealer] = recent.get(dealer, 0.0) + float(np.nansum(row[-3:]))
    dealers, places = sorted(recent), {key: place for place, key in enumerate(panel.keys)}
    found: dict[Key, Outlook] = {}
    for model in sorted(fresh):
        mine = [row for (_, other), row in zip(panel.keys, panel.sold, strict=True) if other == model]
        network = np.nansum(np.array(mine), axis=0)[first_sale[model] :]
        shares = levels.launched(network, np.array([recent[dealer] for dealer in dealers]), HORIZON)
        for dealer, forecast in zip(dealers, shares, strict=True):
            own = places.get((dealer, model))
            history = np.zeros(len(network)) if own is None else panel.sold[own, first_sale[model] :]
            found[dealer, model] = _plain(LAUNCH, forecast, np.nan_to_num(history))
    return found


def summed(parts: Sequence[Outlook], months: int) -> Outlook:
    """A level made of series: forecasts add up, the spread is that of the summed back-test errors."""
    tested = [part for part in parts if part.errors is not None and part.came is not None]
    errors = sum((part.errors for part in tested if part.errors is not None), _blank())
    came = sum((part.came for part in tested if part.came is not None), _blank())
    untested = sum((part.spread**2 for part in parts if part.errors is None), np.zeros(HORIZON))
    own = choosing.widened(np.sqrt((errors**2).mean(axis=0, keepdims=True)), HORIZON)[0]
    history = _summed_history(parts, months)
    mae, whole = float(np.abs(errors).mean()), float(came.sum())
    scale = naive_scale(_summed_history(tested, months)[None, : months - TEST_HORIZON], season_of(months))
    known = bool(tested) and whole != 0
    unknown = float("nan")
    return Outlook(
        method="sum",
        kind=classes(history[None])[0],
        months=months,
        forecast=sum((part.forecast for part in parts), np.zeros(HORIZON)),
        spread=np.sqrt(own**2 + untested),
        tested_units=_mean(came) if tested else unknown,
        mae=mae if tested else unknown,
        wape=float(np.abs(errors).sum()) / whole if known else unknown,
        mase=float(mase(np.array([mae]), scale)[0]) if tested else unknown,
        bias=float(errors.sum()) / whole if known else unknown,
        errors=errors if tested else None,
        came=came if tested else None,
        history=history,
    )


def _blank() -> Values:
    return np.zeros((ORIGINS, TEST_HORIZON))


def _summed_history(parts: Sequence[Outlook], months: int) -> Values:
    history = np.zeros(months)
    for part in parts:
        history[months - len(part.history) :] += part.history
    return history
