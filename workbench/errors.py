"""Every error the workbench raises, as one tree.

::

    WorkbenchError                 what happened, where, what to do
    ├── DataError                  figures and the files and services they come from
    │   ├── SourceUnavailable      a service or file did not give a whole, readable answer
    │   │   ├── KeyMissing         a service wants a key that is not there or not accepted
    │   │   └── Refused            a service will not answer this question, however often it is asked
    │   ├── Cancelled              somebody stopped a long pull; what was fetched is kept
    │   ├── WrongFile              a file is not what the reader expects
    │   │   └── Unsettled          a file leaves something open; carries the questions
    │   ├── FigureMissing          a figure that was asked for is not held
    │   ├── UnknownArea            an area code or name cannot be resolved
    │   └── NotComparable          two figures differ in vintage, period, unit or denominator
    ├── ReferenceDataError         the dated, cited tables inside the package
    │   └── NotCited               a value without its source
    ├── AppraisalError             costs and benefits
    │   ├── PriceBaseError         amounts in different price years were added
    │   └── HorizonError           a year outside the appraisal period or the schedule
    ├── ProjectError               the project and the file it is kept in
    │   ├── DamagedProject         a project file that cannot be read; the place is named
    │   ├── NewerProject           a project file written by a later version
    │   └── InvalidProject         a change that the rules refuse; carries every fault
    └── ExportError                a document that could not be written

Each error has a ``message`` (what happened), a ``remedy`` (what to do) and a ``where`` (file, key, row or field).
The command line prints them as one sentence and exits with 1; the app shows them beside the field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a type only: this module is below every other
    from workbench.domain.recipes import Question, Recipe


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what, and what to do about it.

    Attributes
    ----------
    where : str
        File, key, row or field path, for example ``needs/n2/level``.
    message : str
        What is wrong, as a sentence.
    remedy : str
        What to do, as a sentence that begins with a verb.
    """

    where: str
    message: str
    remedy: str = ""


class WorkbenchError(Exception):
    """The root of every error the workbench raises on purpose.

    Parameters
    ----------
    message : str
        What happened.
    remedy : str, optional
        What the reader can do.
    where : str, optional
        File, key, row or field.

    Examples
    --------
    >>> str(WorkbenchError("The file is empty.", "Save it again.", "a.csv"))
    'a.csv: The file is empty. Save it again.'
    """

    def __init__(self, message: str, remedy: str = "", where: str = "") -> None:
        self.message = message
        self.remedy = remedy
        self.where = where
        super().__init__(message, remedy, where)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} {self.remedy}".strip()


class DataError(WorkbenchError):
    """Figures, and the files and services they come from."""


class SourceUnavailable(DataError):
    """A service or file did not give a whole, readable answer."""


class KeyMissing(SourceUnavailable):
    """A service wants a key that is not there or is not accepted."""


class Refused(SourceUnavailable):
    """A service will not answer this question, however often it is asked: a code it does not know, a table too big."""


class Cancelled(DataError):
    """Somebody stopped a long pull. What was fetched is kept, so that it can go on."""


class WrongFile(DataError):
    """A file is not what the reader expects."""


class Unsettled(WrongFile):
    """A file leaves something open that nobody has answered yet. Nothing was guessed and nothing was read.

    Parameters
    ----------
    questions : sequence of Question
        At least one; each with the answers that would do.
    recipe : Recipe or None
        How the file is read as far as it is settled.
    where : str, optional
        The file.
    """

    def __init__(self, questions: Sequence[Question], recipe: Recipe | None = None, where: str = "") -> None:
        self.questions = tuple(questions)
        self.recipe = recipe
        said = " ".join(f"{q.text} {q.why}".strip() for q in self.questions)
        super().__init__(said, f"Answer {', '.join(q.key for q in self.questions)}.", where)


class FigureMissing(DataError):
    """A figure that was asked for is not held."""


class UnknownArea(DataError):
    """An area code or name cannot be resolved."""


class NotComparable(DataError):
    """Two figures differ in vintage, period, unit or denominator."""


class ReferenceDataError(WorkbenchError):
    """The dated, cited tables inside the package."""


class NotCited(ReferenceDataError):
    """A value without its source."""


class AppraisalError(WorkbenchError):
    """Costs and benefits."""


class PriceBaseError(AppraisalError):
    """Amounts in different price years were added."""


class HorizonError(AppraisalError):
    """A year outside the appraisal period or the schedule."""


class ProjectError(WorkbenchError):
    """The project and the file it is kept in."""


class DamagedProject(ProjectError):
    """A project file that cannot be read; the place is named."""


class NewerProject(ProjectError):
    """A project file written by a later version of the workbench."""


class InvalidProject(ProjectError):
    """A change that the rules refuse. Carries every fault, not only the first.

    Parameters
    ----------
    faults : sequence of Fault
        At least one.
    where : str, optional
        The file or form.
    """

    def __init__(self, faults: Sequence[Fault], where: str = "") -> None:
        self.faults = tuple(faults)
        said = "; ".join(f"{f.where}: {f.message}" if f.where else f.message for f in self.faults)
        remedy = " ".join(dict.fromkeys(f.remedy for f in self.faults if f.remedy))
        super().__init__(said, remedy, where)


class ExportError(WorkbenchError):
    """A document that could not be written."""
