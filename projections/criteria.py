"""Who belonged to an organisation by which test: its charter, its founding agreements, the acts, practice; and all side by side.

Nobody has settled what made a member of the CIS: Ukraine and Turkmenistan ratified the agreement of 1991 and never the Charter.
The view `membership` keeps beside each standing what the tests look at; here they are put.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from eventstore.dates import parse, shift
from eventstore.facts import BEGINNING, END
from projections.interval import Row, certainty_on, holds_on, on_day
from projections.membership import members, membership
from projections.registers import organisation, state, treaty
from projections.rules import Rule

# Who belongs, by which test: what people have meant by it, each with where that is written.
CRITERIA = {
    "declared": Rule(
        "A state has the standing that its acts give it: what the view shows.", "the rules of the acts, one by one"
    ),
    "agreement": Rule(
        "A state belongs if it ratified a founding agreement or the protocol to it; one that only signed is shown as such.",
        "agreement of 8 December 1991 and protocol of 21 December 1991; Charter of the CIS, article 7(1)",
    ),
    "charter": Rule(
        "A state belongs if it ratified the charter or acceded to it. Within the term that the charter gives the founding"
        " states it is open whether they will.",
        "Charter of the CIS, article 7(2)",
    ),
    "practice": Rule(
        "A state belongs if it takes part, whatever it has ratified, and until it says that it no longer does.",
        "practice",
    ),
    "combined": Rule(
        "Every test beside the others; contested is a state of which they do not all say the same.", "all of them"
    ),
}
# What the tests are elsewhere, where nobody argues from them.
_ELSEWHERE = {
    "agreement": "A state is shown if it ratified or signed the treaties that founded {organisation}.",
    "charter": "A state is shown if it ratified the charter of {organisation} or acceded to it.",
    "combined": "Every test beside the others; contested is a state that by its acts belongs and does not take part.",
}
_JUDGED = frozenset(("cis",))  # of its members alone it is argued which test makes them so; elsewhere the acts do
# Months from the adoption of its charter within which founding states may become members (Charter of the CIS, article 7(2)).
_TERM_OF_CHARTER = {"cis": 12}
_NOTHING = {None, "no", "not adopted yet"}
_BELONGING = frozenset(("founding-state", "member", "associate"))


class Tests(NamedTuple):
    """What can be asked of the states in an organisation: whether it has founding agreements, when its charter was adopted
    (None: it has none), and until when (ISO) founding states may still ratify it ('': no term)."""

    organisation: str
    agreement: bool
    adopted: str | None
    open_until: str

    def lacking(self, criterion: str) -> str:
        """Why a test can be put to nobody; empty if it can."""
        if criterion == "charter" and self.adopted is None:
            return f"The record knows no charter of {self.organisation}: by this test nobody can belong."
        if criterion == "agreement" and not self.agreement:
            return f"The record knows no treaty that founded {self.organisation}: by this test nobody can belong."
        return ""


def rule_of(criterion: str, organisation: str | None) -> str:
    """What a test asks, and where that is written, of one organisation or (None) of all."""
    if criterion in _ELSEWHERE and organisation is not None and organisation not in _JUDGED:
        return _ELSEWHERE[criterion].format(organisation=organisation)
    rule = CRITERIA[criterion]
    return f"{rule.words} [{rule.basis}]"


def belonging(connection: Connection, day: str, chosen: str | None = None, criterion: str = "combined") -> list[Row]:
    """Who belonged on a day (ISO) by one of the CRITERIA, in one organisation or all.

    `declared` gives the rows of `membership.members`; by `agreement` a row says in `by` whether it rests on a ratification or a
    signature; `combined` gives a row for every state with the tests side by side, those that had left included. An
    organisation without a charter or a founding agreement has nobody by that test.
    """
    if criterion == "declared":
        return members(connection, day, chosen)
    tested = list(_tested(connection, day, chosen))
    if criterion == "combined":
        return tested
    return [_by_test(row, criterion) for row in tested if row[criterion] in ("yes", "possible", "ratified", "signed")]


def _by_test(row: Row, criterion: str) -> Row:
    said = row[criterion]
    dates = {"charter": row["charter_ratified"], "practice": row["since"]}
    dates["agreement"] = row["agreement_ratified"] or row["agreement_signed"]
    shown = {name: row[name] for name in ("organisation", "state", "name")} | {"status": row["declared"]}
    shown |= {"certainty": "possible" if said == "possible" else "certain", "since": dates[criterion]}
    by = {"by": "signed" if said == "signed" else "ratified"} if criterion == "agreement" else {}
    return {**shown, **by, "disputed": row["disputed"], "events": row["events"]}


def _tested(connection: Connection, day: str, chosen: str | None) -> Iterator[Row]:
    """For every state that stands in an organisation, or stood: every test."""
    query = select(membership, state.c.name, certainty_on(membership, day)).where(holds_on(membership, day))
    query = query.outerjoin(state, state.c.state == membership.c.state)
    query = query.order_by(membership.c.organisation, membership.c.state, membership.c.valid_from)
    if chosen is not None:
        query = query.where(membership.c.organisation == chosen)
    held = dict[tuple[str, str], list[Row]]()
    for found in connection.execute(query).mappings():
        held.setdefault((found["organisation"], found["state"]), []).append(dict(found))
    tests = {name: tests_of(connection, name) for name in {name for name, _ in held}}
    for (name, _), rows in held.items():
        yield _side_by_side(rows, day, tests[name])


def tests_of(connection: Connection, name: str) -> Tests:
    """What can be asked of the states in an organisation."""
    found = connection.execute(
        select(organisation.c.founding_treaties, organisation.c.charter).where(organisation.c.organisation == name)
    ).first()
    if found is None or found.charter is None:
        return Tests(name, found is not None and found.founding_treaties is not None, None, "")
    adopted = connection.execute(
        select(func.min(treaty.c.occurred_from)).where(treaty.c.treaty == found.charter)
    ).scalar()
    adopted = adopted or BEGINNING
    until = shift(adopted, months=_TERM_OF_CHARTER[name]) if name in _TERM_OF_CHARTER and adopted > BEGINNING else ""
    return Tests(name, found.founding_treaties is not None, adopted, until)


def by_test(row: Row, criterion: str) -> Row:
    """A row of `membership` as one of the tests has it: its `status` is what the test says, from when that is certain.

    By `agreement` and `charter` it is ratified, signed or neither; by `practice` the declared one, or suspended or ceased.
    """
    if criterion == "declared" or row["status"] == "former":
        return row
    if criterion == "practice":
        return row if row["practice"] == "participating" else {**row, "status": row["practice"]}
    done = next((act for act in ("ratified", "signed") if row[f"{criterion}_{act}"] is not None), None)
    if done is None:
        return {**row, "status": "neither"}
    certain = max(row["valid_from_latest"], parse(row[f"{criterion}_{done}"]).last or END)
    return {**row, "status": done, "valid_from_latest": certain}


def is_contested(rows: Iterable[Row], day: str, tests: Tests) -> bool:
    """Whether the tests do not all say the same of a state on a day (ISO), from its rows of `membership`."""
    held = on_day(rows, day)
    return bool(held) and bool(_judged(held, day, tests)["contested"])


def _side_by_side(rows: list[Row], day: str, tests: Tests) -> Row:
    last = rows[-1]
    judged = _judged(rows, day, tests)
    return {
        "organisation": last["organisation"],
        "state": last["state"],
        "name": last["name"],
        "declared": " or ".join(dict.fromkeys(row["status"] for row in rows)),
        "certainty": "possible" if any(row["certainty"] == "possible" for row in rows) else "certain",
        "since": last["since"],
        **judged,
        "agreement_signed": last["agreement_signed"],
        "agreement_ratified": last["agreement_ratified"],
        "charter_signed": last["charter_signed"],
        "charter_ratified": last["charter_ratified"],
        "disputed": any(row["disputed"] for row in rows),
        "events": " ".join(dict.fromkeys(name for row in rows for name in row["events"].split())),
    }


def _judged(rows: list[Row], day: str, tests: Tests) -> Row:
    """What each test says of rows that hold on a day, and whether they differ."""
    agreement = _one_of(_agreement(row, day) for row in rows) if tests.agreement else None
    charter = None if tests.adopted is None else _one_of(_ratified(row, "charter_ratified", day) for row in rows)
    if tests.adopted is not None and charter == "no":
        founder = rows[-1]["status"] == "founding-state"
        charter = "not adopted yet" if day < tests.adopted else "open" if founder and day < tests.open_until else "no"
    practice = _as_sure_as(rows, _one_of(_takes_part(row) for row in rows))
    declared = _as_sure_as(rows, _one_of("yes" if row["status"] in _BELONGING else "no" for row in rows))
    asked = (agreement, charter, practice, declared) if tests.organisation in _JUDGED else (practice, declared)
    said = {"yes" if test == "ratified" else test for test in asked}
    said -= {None, "open", "not adopted yet"}
    # Of a guest that has bound itself to nothing no test asks anything.
    guest = all(row["status"] in ("observer", "participant") for row in rows) and not {agreement, charter} - _NOTHING
    contested = not guest and (len(said) > 1 or "possible" in said)
    return {"agreement": agreement, "charter": charter, "practice": practice, "contested": contested}


def _one_of(results: Iterable[str]) -> str:
    """What rows that exclude each other say together."""
    said = set(results)
    return said.pop() if len(said) == 1 else "possible"


def _as_sure_as(rows: list[Row], said: str) -> str:
    """What rows say, where that they hold is certain; else a yes is only possible."""
    return "possible" if said == "yes" and any(row["certainty"] == "possible" for row in rows) else said


def _ratified(row: Row, test: str, day: str) -> str:
    """Whether an act was done by a day, as far as its own date tells; who has left is bound no longer."""
    if row["status"] == "former" or row[test] is None:
        return "no"
    return "yes" if (parse(row[test]).last or END) <= day else "possible"


def _agreement(row: Row, day: str) -> str:
    ratified = _ratified(row, "agreement_ratified", day)
    if ratified != "no":
        return "ratified" if ratified == "yes" else ratified
    return "signed" if _ratified(row, "agreement_signed", day) == "yes" else "no"


def _takes_part(row: Row) -> str:
    return "yes" if row["practice"] == "participating" else "no" if row["practice"] == "ceased" else "suspended"
