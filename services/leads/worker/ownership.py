"""The reactions and deadlines of ownership: event to use case, nothing else."""


class OwnershipReactions:
    """What ownership does by itself."""
