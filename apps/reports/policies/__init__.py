from apps.reports.policies import duties

__all__ = ["duties"]
