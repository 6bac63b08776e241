"""The exception tree: what was expected, what was seen. Knows nothing of the package."""

from __future__ import annotations


class LegolabError(Exception):
    """Anything legolab refuses or cannot do; the message is written for a person.

    `exit_code` is what the command line ends with: 2 bad input, 3 could not tell.
    """

    exit_code = 2


class InputError(LegolabError):
    """What a person gave cannot be used as it is."""


class BrickTextError(InputError):
    """A line of brick text is not `HxW (x,y,z)`."""


class PlacementError(InputError):
    """A brick cannot be where it was put: unknown kind, outside the world or colliding."""


class LDrawError(InputError):
    """An LDraw file has a line that cannot be read as one of the eight bricks."""


class FileError(InputError):
    """A file is missing, unreadable, of an unknown kind, or in the way."""


class CaptionError(InputError):
    """A caption is empty, too long or names nothing the model has learned."""


class RefusedError(InputError):
    """A service refused what it was asked: the token, the order, how often, or a link."""


class SolverError(LegolabError):
    """A solve ended without an answer; this is never a verdict."""

    exit_code = 3


class ModelError(LegolabError):
    """Model weights or tokenizer are missing, damaged or do not fit each other."""

    exit_code = 3


class EngineError(LegolabError):
    """The engine's process died, hung, was closed or cannot be reached; asking again may help."""

    exit_code = 3


class ServiceError(LegolabError):
    """A service cannot be reached, cannot do its work, or a job of it failed."""

    exit_code = 3


class Cancelled(LegolabError):  # noqa: N818, because nothing went wrong
    """Somebody ended a request before it was finished."""

    exit_code = 130


class NotStoredError(InputError):
    """There is no such result, or no such file in it, or none can have that name."""


class StorageError(LegolabError):
    """The store of results cannot be read or written now; what was asked for was not done."""

    exit_code = 3
