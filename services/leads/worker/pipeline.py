"""The reactions and deadlines of pipeline: event to use case, nothing else."""


class PipelineReactions:
    """What pipeline does by itself."""
