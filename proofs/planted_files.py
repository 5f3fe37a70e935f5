"""The product as a web server with the defect that a proof of files must find; for proofs only."""

from __future__ import annotations

import os

import django

from dealerops.wsgi import application

django.setup()

from proofs.files import planting  # noqa: E402 - needs the apps loaded

__all__ = ["application"]

defect = planting.planted(os.environ.get("DEALEROPS_PLANTED", ""))
defect.__enter__()
