"""The one error of the starter: a sentence for the person at the terminal."""


class DevstackError(Exception):
    """Something the person can act on; its text is the whole message, without a traceback."""
