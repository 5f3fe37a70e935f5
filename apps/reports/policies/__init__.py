from apps.reports.policies import duties
from apps.reports.policies.submissions import (
    FILL,
    OVERSEE,
    REVIEW,
    VIEW,
    SubmissionPolicy,
    submission,
    version,
)

__all__ = ["FILL", "OVERSEE", "REVIEW", "VIEW", "SubmissionPolicy", "duties", "submission", "version"]
