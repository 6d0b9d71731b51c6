"""The reactions and deadlines of visits: event to use case, nothing else."""


class VisitsReactions:
    """What visits does by itself."""
