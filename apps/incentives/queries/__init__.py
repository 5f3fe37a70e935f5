from apps.incentives.queries import documents, standing
from apps.incentives.queries.settlements import dealers_of, lines, settlements, versions_in_force

__all__ = ["dealers_of", "documents", "lines", "settlements", "standing", "versions_in_force"]
