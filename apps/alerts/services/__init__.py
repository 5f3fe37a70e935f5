"""Alerts are read from the monthly store and from today's stock; people acknowledge, plan and close them."""

from apps.alerts.services.handling import acknowledge, finish, plan, settle
from apps.alerts.services.scanning import scan, scan_today

__all__ = ["acknowledge", "finish", "plan", "scan", "scan_today", "settle"]
