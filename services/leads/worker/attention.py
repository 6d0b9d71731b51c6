"""The reactions and deadlines of attention: event to use case, nothing else."""


class AttentionReactions:
    """What attention does by itself."""
