"""Policies that proofs settle: by the car, by slices, by place in the network, with a budget for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.incentives.models import Policy, PolicyVersion
from apps.incentives.rules import document as documents

ZONE = ZoneInfo("Asia/Shanghai")
REGISTERED = {"evidence": [{"kind": "registration", "within_days": 30, "since": "occurred"}]}
RANKED = {
    "measure": "sales.retail_units",
    "by": "share",
    "pay": "per_unit",
    "bands": [{"upto": "0.3", "value": "333.33"}, {"upto": "0.6", "value": "111.11"}],
}


def _volume(scale: str, *tiers: tuple[str, str]) -> dict[str, Any]:
    params = {"measure": "units", "scale": scale, "pay": "per_unit"}
    return params | {"tiers": [{"from": reach, "value": value} for reach, value in tiers]}


def clause(code: str, kind: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A clause of a document."""
    return {"code": code, "type": kind, "params": params, **more}


POLICIES: dict[str, dict[str, Any]] = {
    "PROOF-1": {
        "components": [
            clause(
                "tier", "volume", _volume("cliff", ("0", "500.01"), ("8", "733.37")), selection=REGISTERED
            ),
            clause("slice", "volume", _volume("marginal", ("0", "100.03"), ("5", "250.07"))),
        ]
    },
    "PROOF-2": {"components": [clause("place", "rank", RANKED)]},
    "PROOF-3": {
        "components": [clause("share", "volume", _volume("cliff", ("0", "977.77")), cap={"pool": "50000.01"})]
    },
}
"""Documents by code."""


def publish(code: str, body: dict[str, Any], since: date, version: int = 1) -> PolicyVersion:
    """A policy as published, in force since a day."""
    label = {"zh": "验证政策", "en": "Policy of a proof"}
    read = documents.read({"code": code, "label": label, **body})
    policy, _new = Policy.objects.get_or_create(
        code=code, defaults={"label_zh": label["zh"], "label_en": label["en"]}
    )
    return PolicyVersion.objects.create(
        policy=policy,
        version=version,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=since,
        published_on=since,
        published_at=datetime.combine(since, datetime.min.time(), tzinfo=ZONE),
    )


def publish_all(since: date) -> Sequence[Policy]:
    """All policies, in force since a day."""
    return [publish(code, body, since).policy for code, body in sorted(POLICIES.items())]


def days(first: date, count: int) -> list[date]:
    """Days one after another within four weeks."""
    return [first + timedelta(days=number % 25) for number in range(count)]
