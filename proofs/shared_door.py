"""The product as a web server whose pages break on demand, for the proof of shared connections only."""

from __future__ import annotations

import os

import django

from dealerops.wsgi import application

django.setup()

from proofs import sharing  # noqa: E402 - needs the apps loaded

__all__ = ["application"]

prepared = sharing.prepared(planted=os.environ.get("DEALEROPS_PLANTED") == "M8")
prepared.__enter__()
