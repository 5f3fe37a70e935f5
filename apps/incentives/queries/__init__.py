from apps.incentives.queries.settlements import dealers_of, lines, settlements, versions_in_force

__all__ = ["dealers_of", "lines", "settlements", "versions_in_force"]
