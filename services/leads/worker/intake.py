"""The reactions and deadlines of intake: event to use case, nothing else."""


class IntakeReactions:
    """What intake does by itself."""
