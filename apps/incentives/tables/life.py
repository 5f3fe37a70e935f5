"""The life of a version as a row of steps, what comes next, and the buttons of who may do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access import Actor
from apps.core.kit import formats
from apps.incentives.models import PolicyVersion
from apps.incentives.policies import documents as policies
from apps.incentives.queries.documents import Readiness
from apps.incentives.rules.lifecycle import EDITABLE, VersionState
from apps.work.models import Approval


def found(rows: QuerySet[Any], key: int) -> Any:
    """The row of a key, or 404."""
    row = rows.filter(pk=key).first()
    if row is None:
        raise Http404
    return row


def subtitle(version: PolicyVersion) -> str:
    """Code, version, state and days in one line."""
    parts = [version.policy.code, f"v{version.version}", str(version.get_state_display())]
    if version.effective_from:
        until = version.effective_to.isoformat() if version.effective_to else _("until further notice")
        parts.append(f"{version.effective_from.isoformat()} – {until}")
    return " · ".join(parts)


def _step(label: str, state: str, text: str, url: str = "") -> dict[str, str]:
    return {"label": label, "state": state, "text": text, "url": url}


def steps(version: PolicyVersion, ready: Readiness, approvals: Sequence[Approval]) -> list[dict[str, str]]:
    """Draft, back-test, compliance, countersigning, publication: done, next, stopped or to come."""
    state = VersionState(version.state)
    return [
        _draft_step(version, ready),
        _test_step(version, ready),
        _guard_step(version, ready),
        _sign_step(state, approvals),
        _publish_step(version),
    ]


def _draft_step(version: PolicyVersion, ready: Readiness) -> dict[str, str]:
    url = _to("policy-edit", version) if version.state in EDITABLE else ""
    if ready.problems:
        return _step(
            _("Draft"), "now", _("%(count)s places to fill in") % {"count": len(ready.problems)}, url
        )
    return _step(_("Draft"), "done", _("complete, by %(name)s") % {"name": version.author_label or "—"}, url)


def _test_step(version: PolicyVersion, ready: Readiness) -> dict[str, str]:
    run = ready.back_test
    if run is not None:
        months = f"{run.first_month:%Y-%m} – {run.last_month:%Y-%m}"
        return _step(_("Back-test"), "done", months, reverse("incentives:back-test", kwargs={"pk": run.pk}))
    if version.is_public:
        return _step(_("Back-test"), "none", _("none"))
    if ready.outdated is not None:
        old = reverse("incentives:back-test", kwargs={"pk": ready.outdated.pk})
        return _step(_("Back-test"), "stop", _("out of date: the document changed"), old)
    return _step(_("Back-test"), "now" if not ready.problems else "", _("not run yet"))


def _guard_step(version: PolicyVersion, ready: Readiness) -> dict[str, str]:
    url = _to("policy-compliance", version)
    if ready.problems:
        return _step(_("Compliance"), "", _("when the document is complete"))
    if ready.red:
        return _step(_("Compliance"), "stop", _("%(count)s red findings") % {"count": len(ready.red)}, url)
    rest = len(ready.judged)
    return _step(
        _("Compliance"), "done", _("%(count)s to look at") % {"count": rest} if rest else _("no finding"), url
    )


def _sign_step(state: VersionState, approvals: Sequence[Approval]) -> dict[str, str]:
    if state is VersionState.APPROVING and approvals:
        level = approvals[0].get_level_display()
        return _step(_("Countersigning"), "now", _("waits for %(role)s") % {"role": level})
    if state in EDITABLE:
        return _step(_("Countersigning"), "", _("policy, finance, legal"))
    return _step(
        _("Countersigning"), "done" if approvals else "none", _("signed by all") if approvals else "—"
    )


def _publish_step(version: PolicyVersion) -> dict[str, str]:
    if version.is_public:
        return _step(_("Publication"), "done", formats.show(version.published_at, "datetime"))
    now = "now" if version.state == VersionState.APPROVED else ""
    return _step(_("Publication"), now, _("freezes the version"))


def _to(name: str, version: PolicyVersion) -> str:
    return reverse(f"incentives:{name}", kwargs={"pk": version.pk})


def advice(
    version: PolicyVersion, ready: Readiness, approvals: Sequence[Approval], actor: Actor
) -> dict[str, str] | None:
    """What to do now: one sentence and one button; None when nothing is left to do here."""
    state = VersionState(version.state)
    if state is VersionState.APPROVING:
        text = _("Countersigning is under way; the document cannot change until it ends or is taken back.")
        row = approvals[0] if approvals else None
        url = reverse("work:approval-detail", kwargs={"pk": row.pk}) if row else ""
        return {"text": text, "label": _("Open the countersigning") if row else "", "url": url}
    if state is VersionState.APPROVED and actor.may(policies.PUBLISH):
        text = _("Everybody signed. Publish it with the day from which it holds.")
        return {"text": text, "label": _("Publish"), "url": _to("policy-publish", version)}
    if state not in EDITABLE or not actor.may(policies.DRAFT):
        return None
    return _drafting(version, ready)


def _drafting(version: PolicyVersion, ready: Readiness) -> dict[str, str]:
    if ready.problems:
        text = _("The document is not complete yet; the editor marks what is missing.")
        return {"text": text, "label": _("Edit"), "url": _to("policy-edit", version)}
    if ready.red:
        text = _(
            "The compliance guard stops this version. Change the clause, or let legal sign with a reason."
        )
        return {"text": text, "label": _("See the findings"), "url": _to("policy-compliance", version)}
    if not ready.tested:
        text = (
            _("The back-test is out of date: the document changed since. Run it again.")
            if ready.outdated
            else _("Replay the draft on closed months before it is countersigned.")
        )
        return {"text": text, "label": _("Back-test"), "url": _to("back-test-start", version)}
    text = _("Tested and without a red finding: ready to be countersigned.")
    return {"text": text, "label": _("Send to countersigning"), "url": _to("policy-submit", version)}


def buttons(version: PolicyVersion, actor: Actor) -> list[dict[str, Any]]:
    """What this actor may do with a version in its state, beside the next step."""
    state = VersionState(version.state)
    open_ = state in EDITABLE
    signing = state in (VersionState.APPROVING, VersionState.APPROVED)
    wanted = [
        (open_, policies.DRAFT, "policy-edit", _("Edit"), "pencil"),
        (True, policies.VIEW_POLICIES, "policy-simulate", _("Simulator"), "calculator"),
        (True, policies.VIEW_DRAFTS, "policy-steps", _("Cliff meter"), "stairs"),
        (signing, policies.DRAFT, "policy-recall", _("Recall"), "arrow-back-up"),
        (version.is_public, policies.DRAFT, "policy-next", _("New version"), "versions"),
        (True, policies.DRAFT, "policy-copy", _("Copy"), "copy"),
        (state is VersionState.PUBLISHED, policies.PUBLISH, "policy-end", _("Terminate"), "square-x"),
        (open_, policies.DRAFT, "policy-discard", _("Give up"), "trash"),
    ]
    return [
        {"label": label, "url": _to(name, version), "icon": icon, "primary": False}
        for shown, action, name, label, icon in wanted
        if shown and actor.may(action)
    ]
