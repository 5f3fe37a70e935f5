from apps.reports.tables.forms import SubmissionTable, owner_text, state_badge

__all__ = ["SubmissionTable", "owner_text", "state_badge"]
