"""The reactions and deadlines of figures: event to use case, nothing else."""


class LeadFiguresReactions:
    """What figures does by itself."""
