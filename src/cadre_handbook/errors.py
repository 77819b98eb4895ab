"""The two ways a run can be refused: the request was wrong, or the data were."""

from __future__ import annotations


class HandbookError(Exception):
    """Anything the handbook refuses, with a message a reader can act on."""

    exit_status = 1


class RequestError(HandbookError):
    """The request was wrong: a parameter, a path, a date, an organisation. Exit status 2."""

    exit_status = 2


class PolicyError(RequestError):
    """A policy file is not as it must be: a key, a value's origin or reference, a date of effect. Exit status 2."""


class DataRefused(HandbookError):
    """The data have problems that the checks refuse to run on. Exit status 3.

    ``report`` is the validation report where one was made, else ``None``.
    """

    exit_status = 3

    def __init__(self, message: str, report=None):
        super().__init__(message)
        self.report = report
