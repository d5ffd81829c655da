"""The errors Ranklens raises on purpose. Each message is a whole sentence: what is wrong, where, and what to do.

The page shows the message beside the control; the command line prints it as one line and exits with `exit_code`.
"""

from collections.abc import Iterable


class RanklensError(Exception):
    """Root of the tree: everything a user can cause or mend."""

    exit_code = 2


class InputError(RanklensError):
    """Something the user gave can't be used."""


class ConfigError(InputError):
    """A field of a configuration is outside what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        """Say which `field` has which `value`, and what is `allowed`."""
        super().__init__(f"{field} can't be {value!r}: {allowed}.")
        self.field = field


class DivergedError(ConfigError):
    """A learning rate with which the loss became no number."""

    def __init__(self, field: str, rate: float) -> None:
        """Say that training at `rate`, the configuration's `field`, diverged."""
        super().__init__(field, rate, "training diverged with it, its loss is no number any more; lower it")


class UnknownNameError(ConfigError):
    """A name that no component is registered under."""

    def __init__(self, kind: str, name: str, choices: Iterable[str], *, before: str = "", behind: str = "") -> None:
        """Say that no `kind` is called `name`, and list the `choices`, with something `before` and `behind`."""
        super().__init__(kind, name, f"{before}choose one of {', '.join(sorted(choices))}{behind}")


class UnknownSourceError(UnknownNameError):
    """Neither the name of something that comes with Ranklens, nor the path of a file or folder."""

    def __init__(self, kind: str, name: str, choices: Iterable[str], paths: str) -> None:
        """Say that no `kind` is called `name` and nothing is at that path, and list the `choices` and `paths`."""
        parted = "/" in name or "\\" in name
        told = "there is no such file or folder; check the path, or " if parted else "nothing is called that; "
        super().__init__(kind, name, choices, before=told, behind=f", or give {paths}")


class DataError(InputError):
    """A data set that is missing, malformed or too small."""


class VectorsError(InputError):
    """Word vectors that are missing or malformed."""


class MissingPackageError(InputError):
    """A packaged data set or vector table that isn't installed here."""


class DownloadError(InputError):
    """A file can't be fetched from the web, or isn't what was published there."""


class LessonError(InputError):
    """A lesson's file that can't be understood."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        """Say in which `file`, in which `line` counted from 1, is what `problem`."""
        super().__init__(f"{file}, line {line}: {problem}")


class OutputError(InputError):
    """A file can't be written where the user wants it."""


class ClusterError(InputError):
    """A cluster can't be reached, or can't do what it is asked to."""


class BundleError(InputError):
    """A saved model that is incomplete, altered or malformed, or can't be made from what is there."""


class StoreError(RanklensError):
    """The run store can't be opened, read or written."""


class StoppedError(RanklensError):
    """The user stopped the run."""

    exit_code = 130


class SupersededError(StoppedError):
    """A run isn't its process's own any more."""

    def __init__(self, run: str) -> None:
        """Say that `run` is left alone from now on."""
        super().__init__(f"Run {run} has ended, or another process has taken it up: this one leaves it alone.")
