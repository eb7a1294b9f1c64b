"""An invented history of any size and of a realistic shape, the same for the same seed.

Treaties with some tens to two hundred acts of states each, years after their adoption; organisations that treaties found and
give standing in; their bodies with seats, offices, meetings and decisions; statements. Of the facts about 15% have an imprecise
date, 10% are recorded late, and 2% are later corrected, retracted, disputed or corroborated.

A treaty or body of a number has the same life whatever the size of the history: what differs is how many others there are. So
a question about number 0 has an answer of the same size among ten thousand events as among a million.
"""

from array import array
from collections.abc import Iterator
from datetime import date
from functools import cache
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, NamedTuple

from eventstore.drafts import Draft, draft
from eventstore.events import KINDS
from eventstore.states import states

TODAY = "2026-11-22"
NOW = "2026-11-22T00:00:00.000000Z"
BATCH = 1000
SOURCES = 400
ORGANISATION, BODY, TREATY = "organisation-0", "body-0-0", "convention-0"  # those that every history holds

_FIRST, _LAST = date(1945, 6, 1).toordinal(), date(2026, 6, 1).toordinal()
_TREATIES_PER_EVENT, _ORGANISATIONS_PER_EVENT = 1 / 146, 1 / 4000  # so that a history runs to its last years
_LATE, _IMPRECISE, _AMENDED = 0.10, 0.15, 0.021
_NO_TIME = 10**6  # days: never
_WORDS = (
    "the Simplification of Customs Formalities",
    "Mutual Legal Assistance in Criminal Matters",
    "the Protection of Migratory Species",
    "the Recognition of Studies and Diplomas",
    "International Carriage of Goods by Rail",
    "the Safety of Fishing Vessels",
    "Cooperation in Civil Defence",
    "the Status of Refugees and Displaced Persons",
    "Liability for Transboundary Damage",
    "the Exchange of Meteorological Data",
)
_PLACES = ("Minsk", "Geneva", "Vienna", "Lima", "Nairobi", "Tashkent", "New York", "Moscow", "Rome", "Bangkok")


class Told(NamedTuple):
    """One fact before it is a draft: kind, date, fields, sources."""

    kind: str
    on: str
    fields: dict[str, Any]
    sources: list[dict[str, str]]

    def draft(self) -> Draft:
        return draft(self.kind, self.on, self.fields, self.sources, today=TODAY)


Group = list[Told]  # what stands in one batch, because each names the other
Life = Iterator[tuple[int, Group]]  # the days on which something is done, in order, and what


def batches(size: int, seed: int = 1991) -> Iterator[list[Draft]]:
    """The history as drafts, in batches that `log.append` accepts one after the other."""
    for told in tellings(size, seed):
        yield [one.draft() for one in told]


def tellings(size: int, seed: int = 1991) -> Iterator[list[Told]]:
    """The history before it is checked, in batches of at most `BATCH`, `size` facts in all, in the order of recording."""
    batch, left = list[Told](), size
    for group in _recorded(size, seed):
        if len(batch) + len(group) > BATCH:
            yield batch
            batch = []
        batch += group[:left]
        left -= len(group)
        if left <= 0:
            break
    assert left <= 0, f"the history ends {left} events early"
    yield batch


def _recorded(size: int, seed: int) -> Iterator[Group]:
    """Groups in the order in which they are recorded: as they happen, but some late, and some amended afterwards."""
    rng = Random(seed)
    yield from ([source] for source in _sources())
    waiting = list[tuple[int, int, Life | None, Group]]()
    numbers = count()

    def go_on(life: Life) -> None:
        if (following := next(life, None)) is not None:
            heappush(waiting, (following[0], next(numbers), life, following[1]))

    for life in _lives(size, seed):
        go_on(life)
    while waiting:
        day, _, life, group = heappop(waiting)
        told = group[0]
        if life is not None:
            go_on(life)
            if len(group) == 1 and KINDS[told.kind].introduces is None and rng.random() < _LATE:
                heappush(waiting, (day + int(rng.expovariate(1 / 900)), next(numbers), None, group))
                continue
        yield group
        if told.kind != "event-retracted" and rng.random() < _AMENDED and (amended := _amendment(rng, told, day)):
            heappush(waiting, (amended[0], next(numbers), None, [amended[1]]))


def _sources() -> Iterator[Told]:
    standings = ("depositary-record", "official-publication", "dataset-or-study", "press", "encyclopedia")
    for number in range(SOURCES):
        name = f"source-{number}"
        fields = {"source": name, "title": f"Collection of Acts, volume {number}", "standing": standings[number % 5]}
        yield Told("source-registered", "1945-01-01", fields, [{"source": name}])


def _lives(size: int, seed: int) -> Iterator[Life]:
    organisations = max(round(size * _ORGANISATIONS_PER_EVENT), 2)
    for number in range(organisations):
        rng = Random(f"{seed} organisation {number}")
        founded = _FIRST + int(rng.random() * 365 * 20)
        members = rng.sample(_states(), 12 + int(rng.random() * 25) if number else 12)
        yield _organisation(rng, number, founded, members)
        charter = {"organisation": f"organisation-{number}", "confers": _confers(number, "member", "ratification")}
        yield _treaty(Random(rng.random()), f"charter-{number}", founded + 200, members, charter)
        for body in range(4):
            yield _body(Random(rng.random()), f"{number}-{body}", number, founded + 300 + body * 100, members)
    for number in range(max(round(size * _TREATIES_PER_EVENT), 10)):
        rng = Random(f"{seed} treaty {number}")
        parties = rng.sample(_states(), min(int(8 + rng.expovariate(1 / 45)), len(_states())) if number else 60)
        # The more recent, the more treaties; the last are still open.
        age = rng.random() ** 0.7 if number else 0.2
        day = _FIRST + 7500 + int((_LAST - _FIRST - 7500) * age)
        yield _treaty(rng, f"convention-{number}", day, parties, {})


@cache
def _states() -> list[str]:
    return sorted(code for code in states() if len(code) == 2)[:193]


def _confers(number: int, status: str, by: str) -> list[dict[str, str]]:
    conferred = {"organisation": f"organisation-{number}", "status": status, "by": by}
    return [conferred, {"organisation": f"organisation-{number}", "status": "former", "by": "withdrawal"}]


# Organisations and bodies


def _organisation(rng: Random, number: int, founded: int, members: list[str]) -> Life:
    name, agreement = f"organisation-{number}", f"agreement-{number}"
    adopted = {
        "treaty": agreement,
        "title": f"Agreement Establishing Organisation {number}",
        "type": "agreement",
        "confers": _confers(number, "founding-state", "signature"),
    }
    fields = {"organisation": name, "name": f"Organisation {number} for Cooperation", "founding_treaties": [agreement]}
    yield founded, [_fact(rng, founded, "treaty-adopted", adopted), _fact(rng, founded, "organisation-founded", fields)]
    for state in sorted(members):
        signed = {"treaty": agreement, "state": state, "place": rng.choice(_PLACES)}
        yield founded, [_fact(rng, founded, "treaty-signed", signed)]
    for index, day in enumerate(_days(rng, founded + 400, 1800)):
        state = rng.choice(members)
        fields = {"organisation": name, "state": state}
        match index % 6:
            case 0:
                kind, fields = "withdrawal-notified", fields | {"effective": _day(day + 365)}
            case 1:
                kind = "withdrawal-revoked"
            case 2:
                kind, fields = "participation-suspended", fields | {"extent": "the voting"}
            case _:
                others = [code for code in _states() if code not in members]
                kind, fields = "state-joined", fields | {"state": rng.choice(others), "status": "observer"}
        yield day, [_fact(rng, day, kind, fields)]


def _body(rng: Random, number: str, organisation: int, established: int, members: list[str]) -> Life:
    body, parent = f"body-{number}", f"organisation-{organisation}"
    fields = {"body": body, "organisation": parent, "name": f"Council {number}", "type": "council", "seat": "Geneva"}
    yield established, [_fact(rng, established, "body-established", fields)]
    for state in sorted(members):
        yield established, [_fact(rng, established, "state-seated", {"body": body, "state": state})]
    offices = [f"chair-{number}", f"secretary-{number}"]
    for office in offices:
        fields = {"office": office, "body": body, "name": office.split("-")[0].capitalize()}
        yield established, [_fact(rng, established, "office-created", fields)]
    for index, day in enumerate(_days(rng, established + 30, 85)):
        match index % 10:
            case 0 | 5:
                office = offices[index // 5 % 2]
                person = {"person": f"person-{number}-{index}", "name": f"Holder {number}-{index}"}
                state = rng.choice(members)
                yield day, [_fact(rng, day, "person-registered", person | {"state": state})]
                assumed = {"office": office, "person": person["person"], "state": state}
                yield day, [_fact(rng, day, "office-assumed", assumed)]
            case 9:
                yield day, [_fact(rng, day, "statement-made", _statement(rng, body, number, index, members))]
            case 2 | 6:
                yield day, [_meeting(rng, day, body, number, index, members)]
            case _:
                fields = {
                    "decision": f"decision-{number}-{index}",
                    "title": f"Decision {index} on {rng.choice(_WORDS)}",
                    "body": body,
                    "meeting": f"meeting-{number}-{(index - 2) // 10 * 10 + 2}" if index > 2 else None,
                }
                yield day, [_fact(rng, day, "decision-adopted", fields)]


def _statement(rng: Random, body: str, number: str, index: int, members: list[str]) -> dict[str, Any]:
    text = f"The delegation announced measure {index} of {number} concerning {rng.choice(_WORDS)}."
    return {"text": text, "states": sorted(rng.sample(members, 2)), "body": body}


def _meeting(rng: Random, day: int, body: str, number: str, index: int, members: list[str]) -> Told:
    attending = sorted(rng.sample(members, max(len(members) * 4 // 5, 1)))
    fields = {
        "meeting": f"meeting-{number}-{index}",
        "bodies": [body],
        "type": "regular",
        "place": rng.choice(_PLACES),
        "states": attending,
        "absent": sorted(set(members) - set(attending)),
    }
    told = _fact(rng, day, "meeting-held", fields)
    return told._replace(on=f"{_day(day)}/{_day(day + 2)}")


# Treaties

_ACTS = (
    "treaty-signed",
    "treaty-ratified",
    "instrument-deposited",
    "treaty-acceded",
    "treaty-in-force-for-state",
    "reservation-made",
    "declaration-made",
    "treaty-withdrawal-notified",
    "treaty-withdrawn",
    "treaty-provisionally-applied",
    "treaty-entered-into-force",
    "treaty-amended",
    "treaty-terminated",
)
_ACT = {kind: number for number, kind in enumerate(_ACTS)}


def _treaty(rng: Random, name: str, adopted: int, parties: list[str], fields: dict[str, Any]) -> Life:
    """One treaty. Its acts are planned at once, each packed into one number, so that thousands of lives fit into memory."""
    about = rng.choice(_WORDS)
    text = {
        "treaty": name,
        "title": f"Convention on {about}, done at {rng.choice(_PLACES)} ({name})",
        "title_ru": f"Конвенция {name}",
        "type": "convention",
        "consent": "instrument",
        "depositary": "Secretary-General",
        "registration": f"I-{rng.randrange(90_000)}",
        "entry_into_force": {"instruments": 1 + len(parties) // 4, "days_after": 90},
    }
    yield adopted, [_fact(rng, adopted, "treaty-adopted", text | fields)]
    plan = array("q", sorted(day << 16 | act << 8 | party for day, act, party in _planned(rng, adopted, len(parties))))
    for packed in plan:
        day, kind = packed >> 16, _ACTS[packed >> 8 & 255]
        yield day, [_fact(rng, day, kind, _act_fields(rng, kind, name, parties[packed & 255], day))]


def _planned(rng: Random, adopted: int, parties: int) -> Iterator[tuple[int, int, int]]:
    bound = list[int]()
    for party in range(parties):
        if rng.random() < 0.7:
            signed = adopted + (0 if rng.random() < 0.6 else int(rng.expovariate(1 / 200)))
            yield signed, _ACT["treaty-signed"], party
            if rng.random() < 0.15:
                continue
            ratified = signed + 60 + int(rng.expovariate(1 / 1100))
            if rng.random() < 0.5:
                yield ratified, _ACT["treaty-ratified"], party
            day, act = ratified + 30, "instrument-deposited"
        else:
            day, act = adopted + 400 + int(rng.expovariate(1 / 3000)), "treaty-acceded"
        yield day, _ACT[act], party
        bound.append(day)
        yield from _afterwards(rng, day, party)
    if len(bound) > parties // 4:
        in_force = sorted(bound)[parties // 4] + 90
        yield in_force, _ACT["treaty-entered-into-force"], 0
        if rng.random() < 0.3:
            yield in_force + 2000, _ACT["treaty-amended"], 0
        if rng.random() < 0.05:
            yield in_force + 9000, _ACT["treaty-terminated"], 0


def _afterwards(rng: Random, bound: int, party: int) -> Iterator[tuple[int, int, int]]:
    later = (
        (0.25, 90, "treaty-in-force-for-state"),
        (0.08, 0, "reservation-made"),
        (0.06, 10, "declaration-made"),
        (0.03, -200, "treaty-provisionally-applied"),
    )
    for share, after, kind in later:
        if rng.random() < share:
            yield bound + after, _ACT[kind], party
    if rng.random() < 0.03:
        notified = bound + int(rng.expovariate(1 / 4000))
        yield notified, _ACT["treaty-withdrawal-notified"], party
        yield notified + 365, _ACT["treaty-withdrawn"], party


def _act_fields(rng: Random, kind: str, treaty: str, state: str, day: int) -> dict[str, Any]:
    fields: dict[str, Any] = {"treaty": treaty}
    if kind not in ("treaty-entered-into-force", "treaty-amended", "treaty-terminated"):
        fields["state"] = state
    match kind:
        case "treaty-signed":
            fields["place"] = rng.choice(_PLACES)
        case "treaty-ratified":
            fields["act"] = f"Law No. {rng.randrange(2_000)} of {_day(day - 20)}"
        case "instrument-deposited":
            fields["instrument"] = rng.choice(("ratification", "acceptance", "approval"))
        case "reservation-made":
            fields |= {"text": f"{state} does not consider itself bound by article {day % 40}.", "provision": "art. 9"}
        case "declaration-made":
            fields["text"] = f"{state} declares that it reads article {day % 40} in the light of its constitution."
        case "treaty-withdrawal-notified":
            fields["effective"] = _day(day + 365)
    return fields


# Facts and amendments


def _fact(rng: Random, day: int, kind: str, fields: dict[str, Any]) -> Told:
    if rng.random() < 0.3:
        fields["note"] = f"Entered from the register of the depositary, notification C.N.{rng.randrange(1_500)}."
    sources = [_cited(rng) for _ in range(1 if rng.random() < 0.8 else 2)]
    exact = rng.random() >= _IMPRECISE or KINDS[kind].introduces is not None
    return Told(kind, _day(day) if exact else _imprecise(rng, day), fields, sources)


def _cited(rng: Random) -> dict[str, str]:
    number = int(SOURCES * rng.random() ** 2)  # some sources are cited far more often
    return {"source": f"source-{number}", "locator": f"vol. {rng.randrange(2_500)}, p. {rng.randrange(500)}"}


@cache
def _day(ordinal: int) -> str:
    return date.fromordinal(min(ordinal, _LAST)).isoformat()


def _imprecise(rng: Random, day: int) -> str:
    exact = _day(day)
    match rng.randrange(6):
        case 0 | 1:
            return exact[:7]
        case 2:
            return exact[:4]
        case 3:
            return f"{exact}?"
        case 4:
            return f"[{exact},{_day(min(day, _LAST - 9) + 9)}]" if day < _LAST - 9 else exact
        case _:
            return f"[{exact[:7]}..{_day(min(day + 200, _LAST))[:7]}]"


def _amendment(rng: Random, told: Told, day: int) -> tuple[int, Told] | None:
    """What is said of a fact later, and when."""
    kind = rng.choices(("event-corrected", "event-disputed", "event-corroborated", "event-retracted"), (8, 5, 5, 2))[0]
    on = day + 20 + int(rng.expovariate(1 / 700))
    if on > _LAST:
        return None
    fields: dict[str, Any] = {"event": told.draft().event_id, "reason": f"Compared with the certified copy {on}."}
    retractable = KINDS[told.kind].introduces is None
    if kind == "event-retracted" and not retractable:
        return None
    if kind in ("event-corrected", "event-disputed"):
        if "treaty" in told.fields and "state" in told.fields and rng.random() < 0.2:
            fields["changes"] = {"state": rng.choice(_states())}
        else:
            # Nothing takes effect before it is done; of an amendment only the date it gives is known here.
            given = told.fields.get("effective") or told.fields.get("date")
            if given is None and told.kind.startswith("event-"):
                return None
            fields["date"] = given or _day(day - 3)
    return on, Told(kind, _day(on), fields, [_cited(rng)])


def _days(rng: Random, first: int, mean: float) -> Iterator[int]:
    """Days from a first one to the last of the history, on average so many apart."""
    day = first
    while day <= _LAST:
        yield day
        day += 1 + int(rng.expovariate(1 / mean))
