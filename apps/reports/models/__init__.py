from apps.reports.models.duties import CalendarFeed, Duty, DutyAsk, DutyRule
from apps.reports.models.submissions import Submission, SubmissionVersion

__all__ = ["CalendarFeed", "Duty", "DutyAsk", "DutyRule", "Submission", "SubmissionVersion"]
