"""What a browser sends for the fields of a drawn policy document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.incentives.forms.editor import Drawing, Node
from apps.incentives.rules.document import PolicyDocument

OPTIONS = {"evidence": [("invoice", "发票"), ("registration", "上牌")]}


def posted(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    """What a browser sends for the nodes."""
    for node in nodes:
        if node.kind == "rows":
            for row in node.rows:
                yield row.name, "1"
                yield from posted(row.kids)
        elif node.kind in ("part", "params"):
            yield from posted(node.kids)
        elif node.kind == "words":
            value = node.value or {"zh": "", "en": ""}
            yield f"{node.name}.zh", value["zh"]
            yield f"{node.name}.en", value["en"]
        elif node.kind == "flag":
            yield f"{node.name}.shown", "1"
            if node.value:
                yield node.name, "on"
        elif node.kind in ("codes", "list", "listed"):
            yield f"{node.name}.shown", "1"
            yield from ((node.name, code) for code, _label, chosen in node.options if chosen)
        else:
            yield node.name, "" if node.value is None else str(node.value)


def fields(text: dict[str, Any]) -> dict[str, list[str]]:
    """The fields of a document as a form sends them."""
    found: dict[str, list[str]] = {}
    for name, value in posted(Drawing("zh-hans", OPTIONS).part(PolicyDocument, text)):
        found.setdefault(name, []).append(value)
    return found
