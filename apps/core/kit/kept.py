"""Fragments of pages that look the same for many requests: drawn once in a process, then kept.

`{% kept a b %}…{% endkept %}` draws its content once for each language and each value of its keys; everything
that differs between two drawings must be a key, so nothing of a person or a request belongs inside.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST = 500


class Kept(template.Node):
    """A fragment with what was drawn of it; begins anew when it was drawn in too many ways."""

    def __init__(self, content: NodeList, keys: list[FilterExpression]) -> None:
        self.content, self.keys = content, keys
        self.drawn: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *(each.resolve(context) for each in self.keys))
        found = self.drawn.get(key)
        if found is None:
            if len(self.drawn) >= MOST:
                self.drawn.clear()
            found = self.drawn[key] = self.content.render(context)
        return found


def kept(parser: Parser, token: Token) -> Kept:
    """The tag `kept`."""
    keys = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    content = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(content, keys)
