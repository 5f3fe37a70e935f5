"""The audit trail of the network."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core import chain, trail
from apps.core.kit.pages import DetailPage, ListPage
from apps.core.trail_tables import AuditFilter, AuditTable


class AuditList(ListPage):
    """Who changed what in the whole network, with filters and export."""

    action = trail.VIEW
    title = _("Audit trail")
    template_name = "core/audit_list.html"
    query = trail.events
    table = AuditTable
    filterset = AuditFilter
    empty = _("Every change leaves an event here.")

    def context(self) -> dict[str, Any]:
        return {"anchor": chain.latest_anchor()}


class AuditDetail(DetailPage):
    """One event with everything it says, and its place in the chain."""

    action = trail.VIEW
    query = trail.events
    template_name = "core/audit_detail.html"
    history_tab = False

    def page_title(self) -> str:
        return trail.what(self.object)

    def context(self) -> dict[str, Any]:
        event = self.object
        facts = [
            {"label": _("When"), "value": event.at, "kind": "datetime"},
            {"label": _("Who"), "value": trail.who(event, actor=self.actor)},
            {"label": _("On behalf of"), "value": event.on_behalf_of},
            {"label": _("Kind of object"), "value": trail.kind_of(event.object_type)},
            {"label": _("Object"), "value": event.object_label},
            {"label": _("Number of the object"), "value": event.object_id},
            {"label": _("Request id"), "value": event.request_id},
            {"label": _("Block and place in it"), "value": f"{event.block_id} · {event.position}"},
            {"label": _("Hash"), "value": event.digest.hex()},
        ]
        shown = [{"kind": "text"} | fact for fact in facts]
        return {
            "blocks": [{"facts": shown}],
            "differences": list(trail.differences(event, actor=self.actor)),
        }
