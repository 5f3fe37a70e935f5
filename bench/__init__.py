"""Benches: one command for each performance promise. Importing one makes this a process of the product."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealerops.settings")
django.setup()
