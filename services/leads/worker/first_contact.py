"""The reactions and deadlines of first contact: event to use case, nothing else."""


class FirstContactReactions:
    """What first contact does by itself."""
