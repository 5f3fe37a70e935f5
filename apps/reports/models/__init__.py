from apps.reports.models.duties import CalendarFeed, Duty, DutyAsk, DutyRule

__all__ = ["CalendarFeed", "Duty", "DutyAsk", "DutyRule"]
