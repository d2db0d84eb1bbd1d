"""What is wrong with an appraisal: what stops the sum, and what a reviewer would ask."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from workbench.domain.appraisal.options import Appraisal, Line, Option
from workbench.domain.logic_model import LogicModel
from workbench.domain.money import financial_year
from workbench.domain.parameters import Assumptions
from workbench.errors import AppraisalError, Fault, HorizonError, PriceBaseError

BASELINE = "do nothing"

LONG = 50
"""Years beyond which the Green Book 2026 asks for the lower-rate sensitivity."""
LONGEST = 1000
"""Years beyond which a horizon is a slip of the hand. Each year is computed, so a slip must not fill the memory."""

# Payments that only move money. A flag in the source may have been lost on the way, so the words are looked at as well.
_MOVES_MONEY = re.compile(
    r"\b(universal credit|job ?seeker.?s|jsa|esa|employment and support allowance|income support|housing benefit|"
    r"council tax (support|reduction)|(out-of-work )?benefit (payments?|savings?|bill|spend\w*)|"
    r"(income )?tax (receipts?|take|revenue)|national insurance)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fault that stops the sum, and the error it becomes when somebody asks for the sum all the same."""

    error: type[AppraisalError]
    fault: Fault


def check_appraisal(appraisal: Appraisal, assumptions: Assumptions, logic_model: LogicModel) -> tuple[Fault, ...]:
    """Everything that is wrong or missing, at once: first what stops the sum, then what a reviewer would ask.

    Parameters
    ----------
    appraisal : Appraisal
    assumptions : Assumptions
    logic_model : LogicModel
        Benefits name the outcomes in it that they value.

    Returns
    -------
    tuple of Fault
        ``where`` is the path of the field in the project.
    """
    return (
        *(refusal.fault for refusal in refusals(appraisal, assumptions)),
        *_basis(appraisal, assumptions),
        *_options(appraisal),
        *(fault for line in appraisal.lines for fault in _line(line, logic_model)),
        *_counted_twice(appraisal),
    )


# --- what stops the sum -----------------------------------------------------------------------------------------------


def refusals(appraisal: Appraisal, assumptions: Assumptions) -> tuple[Refusal, ...]:
    """What stops the sum, all of it at once.

    Parameters
    ----------
    appraisal : Appraisal
    assumptions : Assumptions

    Returns
    -------
    tuple of Refusal
        Empty when :func:`~workbench.domain.appraisal.appraise.appraise` will give results.
    """
    found = [*_no_baseline(appraisal), *_repeated(appraisal), *_no_horizon(appraisal, assumptions)]
    for line in appraisal.lines:
        found += [*_no_place(line, appraisal), *_no_price_base(line, appraisal, assumptions), *_no_share(line)]
        if line.optimism_bias and all(b.id != line.optimism_bias for b in assumptions.optimism_bias):
            known = ", ".join(b.id for b in assumptions.optimism_bias)
            found.append(
                _stop(line, "optimism_bias", "the type of project is not known.", f"Choose none or one of: {known}.")
            )
    return tuple(found)


def _stop(line: Line, field: str, message: str, remedy: str, error: type[AppraisalError] = AppraisalError) -> Refusal:
    return Refusal(error, _of(line, field, message, remedy))


def _of(line: Line, field: str, message: str, remedy: str) -> Fault:
    return Fault(f"appraisal/lines/{line.id}/{field}", f"{_name(line)}: {message}", remedy)


def _name(line: Line) -> str:
    return f"“{line.label}”" if line.label.strip() else "A line without words"


def _no_baseline(appraisal: Appraisal) -> Iterator[Refusal]:
    count = sum(option.kind == BASELINE for option in appraisal.options)
    where = "appraisal/options"
    if not appraisal.options:
        yield Refusal(
            AppraisalError,
            Fault(where, "There are no options yet.", "Add the ways of doing it, doing nothing included."),
        )
    elif count == 0:
        yield Refusal(
            AppraisalError,
            Fault(
                where,
                "No option is the do-nothing case.",
                "Add what happens without the project; the rest is compared with it.",
            ),
        )
    elif count > 1:
        yield Refusal(
            AppraisalError,
            Fault(where, f"{count} options are the do-nothing case.", "Keep one; give the others another kind."),
        )


def _repeated(appraisal: Appraisal) -> Iterator[Refusal]:
    for kind, entities in (("options", appraisal.options), ("lines", appraisal.lines)):
        for key, times in Counter(entity.id for entity in entities).items():
            if times > 1:
                fault = Fault(
                    f"appraisal/{kind}/{key}", f"{times} {kind} share this id.", "Give each an id of its own."
                )
                yield Refusal(AppraisalError, fault)


def _no_horizon(appraisal: Appraisal, assumptions: Assumptions) -> Iterator[Refusal]:
    schedule = next((s for s in assumptions.schedules if s.id == appraisal.schedule), None)
    if schedule is None:
        known = ", ".join(s.id for s in assumptions.schedules)
        fault = Fault(
            "appraisal/schedule",
            f"“{appraisal.schedule}” is not a known discount schedule.",
            f"Choose one of: {known}.",
        )
        yield Refusal(AppraisalError, fault)
    last = appraisal.horizon - (appraisal.timing == "whole years")
    if appraisal.horizon < 1:
        fault = Fault("appraisal/horizon", "The appraisal covers no year.", "Enter the number of years, 1 or more.")
        yield Refusal(HorizonError, fault)
    elif appraisal.horizon > LONGEST:
        message = f"The appraisal covers {appraisal.horizon:,} years, which can only be mistyped."
        yield Refusal(HorizonError, Fault("appraisal/horizon", message, f"Enter at most {LONGEST} years."))
    elif schedule is not None and not schedule.reaches(last):
        fault = Fault(
            "appraisal/horizon",
            f"“{schedule.title}” does not reach year {last}.",
            "Shorten the appraisal or choose another discount rate.",
        )
        yield Refusal(HorizonError, fault)


def _no_place(line: Line, appraisal: Appraisal) -> Iterator[Refusal]:
    if all(option.id != line.option_id for option in appraisal.options):
        yield _stop(line, "option_id", "it belongs to no option.", "Move it to an option or delete it.")
    if line.start_year < 0:
        yield _stop(line, "start_year", "it begins before year 0.", "Count years from 0.", HorizonError)
    elif line.years < 1:
        yield _stop(line, "years", "it lasts for no year.", "Enter the number of years, 1 or more.", HorizonError)
    elif line.start_year + line.years > appraisal.horizon >= 1:
        last, end = line.start_year + line.years - 1, appraisal.horizon - 1
        yield _stop(
            line,
            "years",
            f"it runs to year {last}, and the appraisal ends with year {end}.",
            "Shorten the line or lengthen the appraisal.",
            HorizonError,
        )


def _no_price_base(line: Line, appraisal: Appraisal, assumptions: Assumptions) -> Iterator[Refusal]:
    if line.price_year == appraisal.price_year:
        return
    deflator = assumptions.deflator
    for year in (line.price_year, appraisal.price_year):
        if deflator.years_are != "financial" or deflator.find(year) is None:
            yield _stop(
                line,
                "price_year",
                f"its prices are of {financial_year(line.price_year)}, the appraisal's of "
                f"{financial_year(appraisal.price_year)}, and no price index is held for {financial_year(year)}.",
                "Give the value in the prices of the appraisal.",
                PriceBaseError,
            )


def _no_share(line: Line) -> Iterator[Refusal]:
    for field, what in (
        ("attribution", "the share due to this"),
        ("optimism_bias_share", "the place between the bounds"),
    ):
        if not 0 <= getattr(line, field) <= 1:
            yield _stop(line, field, f"{what} is not between 0 and 1.", "Enter a share from 0 to 1.")


# --- what a reviewer would ask ----------------------------------------------------------------------------------------


def _basis(appraisal: Appraisal, assumptions: Assumptions) -> Iterator[Fault]:
    schedule = next((s for s in assumptions.schedules if s.id == appraisal.schedule), None)
    if schedule is not None and not schedule.in_force:
        yield Fault(
            "appraisal/schedule",
            f"“{schedule.title}” is not in force.",
            "Use the standard rate; show this one as a test.",
        )
    elif schedule is not None and schedule.use != "main":
        yield Fault(
            "appraisal/schedule",
            f"“{schedule.title}” is not the rate for money in the main result.",
            "Use the standard rate; show this one as a test.",
        )
    if appraisal.horizon > LONG:
        yield Fault(
            "appraisal/horizon",
            f"The appraisal covers more than {LONG} years.",
            "Show the result with the lower-rate sensitivity as well.",
        )


def _options(appraisal: Appraisal) -> Iterator[Fault]:
    for option in appraisal.options:
        if not option.name.strip():
            yield Fault(f"appraisal/options/{option.id}/name", "An option has no name.", "Name it in a few words.")
        if option.kind != BASELINE and not _has_lines(option, appraisal):
            yield Fault(
                f"appraisal/options/{option.id}",
                f"“{option.name}” has neither costs nor benefits yet, so it shows as nil.",
                "Add its lines or remove the option.",
            )
    preferred = sum(option.preferred for option in appraisal.options)
    if appraisal.options and preferred != 1:
        said = "No option is preferred." if not preferred else f"{preferred} options are preferred."
        yield Fault("appraisal/options", said, "Mark one option as preferred.")


def _has_lines(option: Option, appraisal: Appraisal) -> bool:
    return any(line.option_id == option.id for line in appraisal.lines) or any(
        effect.option_id == option.id for effect in appraisal.effects
    )


def _line(line: Line, logic_model: LogicModel) -> Iterator[Fault]:
    if not line.label.strip():
        yield _of(line, "label", "nobody can tell what it is.", "Name the line in a few words.")
    if not line.who.strip():
        yield _of(line, "who", "it does not say who bears or gains it.", "Name who.")
    yield from _sourced(line)
    yield from _numbers(line)
    yield from _benefit(line, logic_model) if line.direction == "benefit" else _cost(line)


def _sourced(line: Line) -> Iterator[Fault]:
    if not line.source.strip():
        yield _of(line, "source", "the value has no source.", "Say where it comes from, or why it is assumed.")
    if line.quantity != 1 and not line.quantity_note.strip():
        yield _of(line, "quantity_note", "the quantity has no source.", "Say where the quantity comes from.")
    if line.status == "guess":
        yield _of(
            line, "status", "the value is a guess.", "Find a source, or give the reason and call it an assumption."
        )


def _numbers(line: Line) -> Iterator[Fault]:
    if line.unit_central == 0 or line.quantity == 0:
        yield _of(
            line, "unit_central", "it counts as nil.", "Enter the value, or put the effect with those not in money."
        )
    if line.quantity < 0 or min(line.unit_low, line.unit_central, line.unit_high) < 0:
        yield _of(line, "unit_central", "an amount is below zero.", "Enter it as a cost or a benefit, above zero.")
    if not line.unit_low <= line.unit_central <= line.unit_high:
        yield _of(
            line,
            "unit_low",
            "the central value does not lie between low and high.",
            "Set low and high around it, or make all three equal.",
        )


def _cost(line: Line) -> Iterator[Fault]:
    if line.attribution != 1:
        yield _of(
            line, "attribution", "a cost is borne whole; the share is left out of the sum.", "Set the share to 1."
        )


def _benefit(line: Line, logic_model: LogicModel) -> Iterator[Fault]:
    node = next((n for n in logic_model.nodes if n.id == line.outcome_id), None)
    if not line.outcome_id:
        yield _of(line, "outcome_id", "it names no outcome of the logic model.", "Choose the outcome it values.")
    elif node is None:
        yield _of(line, "outcome_id", "its outcome is not in the logic model.", "Choose the outcome it values.")
    elif node.level not in ("outcome", "impact"):
        yield _of(
            line, "outcome_id", f"it values an {node.level}, not an outcome.", "Choose the outcome that comes of it."
        )
    if line.optimism_bias:
        yield _of(
            line, "optimism_bias", "optimism bias is an uplift on cost; it is left out of the sum.", "Choose none."
        )
    if not line.is_transfer and line.perspective == "fiscal" and _MOVES_MONEY.search(f"{line.label} {line.source}"):
        yield _of(
            line,
            "is_transfer",
            "it looks like money that only moves between parties.",
            "Mark it as a transfer, so that it is shown and not counted.",
        )


def _counted_twice(appraisal: Appraisal) -> Iterator[Fault]:
    """Benefits of one outcome, seen from two sides of the same party, or from society's side and another."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in appraisal.lines:
        if line.direction == "benefit" and line.outcome_id and not line.is_transfer:
            groups[line.option_id, line.outcome_id].append(line)
    for lines in groups.values():
        for one, two in combinations(lines, 2):
            if one.perspective != two.perspective and _same_gain(one, two):
                yield _of(
                    two,
                    "perspective",
                    f"it values the same outcome as {_name(one)}, once as {one.perspective} and once as "
                    f"{two.perspective} value, so the gain may be counted twice.",
                    "Keep one of them, or say how the two gains differ and who has each.",
                )


def _same_gain(one: Line, two: Line) -> bool:
    who = {one.who.strip().casefold(), two.who.strip().casefold()}
    # Society is everybody, so a value to society holds every other party's gain already.
    if any(re.match(r"(the )?(whole )?society\b", name) for name in who):
        return True
    return len(who) == 1 and {one.perspective, two.perspective} == {"fiscal", "economic"}
