"""What is said to people when something is wrong: where, what, why, and what to do next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `where` is a file with its line, an option, a table or a database; `what` the fault in a sentence; `advice` what to do next.
    """

    what: str
    where: str = ""
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  {self.advice}" if self.advice else ""
        return f"{place}{self.what}{advice}"


class RecordError(Exception):
    """A refusal that a person can act on; carries every problem found, not only the first."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Refused(RecordError):
    """The input was read and is not accepted; nothing was written."""


class Misuse(RecordError):
    """The request itself makes no sense (exit status 2)."""


class NoAddress(Misuse):
    """What should be the address of a database is none; `address` is what it is, as far as it may be shown."""

    def __init__(self, what: str, address: str, advice: str, given: str = "--database") -> None:
        self.what, self.address, self.advice = what, address, advice
        super().__init__(Problem(what, f"{given} {address[:200]!r}", advice))

    def given_by(self, name: str) -> "NoAddress":
        """The same of an address that was given by the option, or the variable of the environment, of this name."""
        return NoAddress(self.what, self.address, self.advice, name)


class DatabaseError(RecordError):
    """The database is not there, not ours, not ours to write, of another release, or busy."""


def not_installed(what: str, package: str, extra: str) -> Refused:
    """The refusal where a package is missing that not all need: `what` needs it ("pictures need"), our `extra` brings it."""
    advice = f'Install it: pip install "cis-record[{extra}]"'
    return Refused(Problem(f"{what} the package {package}, which is not installed", "", advice))


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A sentence with the known names nearest to `wrong`, or an empty string when none is near."""
    near = get_close_matches(wrong.lower(), {name.lower(): name for name in known}, n=3, cutoff=0.6)
    return f"Did you mean {', '.join(near)}?" if near else ""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems of a batch, each once, by where they are: by file, and then by line."""
    return sorted(dict.fromkeys(problems), key=_place)


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line)) if line.isdecimal() else (problem.where, 0)
