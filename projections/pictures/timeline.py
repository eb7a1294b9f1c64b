"""What happened in which year: a row for each sort of event, a column for each year, in each cell how many there were."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

from sqlalchemy import select

from eventstore.facts import END
from projections.interval import Row
from projections.pictures import Asked
from projections.pictures.names import Text, state_name
from projections.pictures.style import FAINT, INK, LINE, heat, ink_on, nothing, page
from projections.timeline import concerns, timeline

TITLE = Text("What happened, year by year", "Что происходило, по годам")
UP_TO = Text("What happened up to {0}, year by year", "Что происходило по {0}, по годам")
SHOWS = Text(
    "How many events of each sort are in the record. Entries of sources and persons are not counted.",
    "Сколько событий каждого рода в летописи. Записи об источниках и лицах не считаются.",
)
TELLS = Text("{0}, {1}: {2}", "{0}, {1}: {2}")
GAP = 10  # years without any event: what is before them has no columns of its own
EARLIER, VAGUE, ALL = Text("earlier", "ранее"), Text("year?", "год?"), Text("all", "всего")
NOTE_VAGUE = Text("year?: the year is not exactly known.", "год?: год точно не известен.")
NOTE_LATER = Text("Or it had not certainly happened by that day.", "Или к этому дню произошло не достоверно.")
NOTE_DISPUTED = Text("!: a source says otherwise of some of them.", "!: о некоторых другой источник сообщает иное.")


class Sort(NamedTuple):
    """Kinds of events that are counted together."""

    text: Text
    kinds: tuple[str, ...]


SORTS = (
    Sort(Text("meetings", "заседания"), ("meeting-held",)),
    Sort(Text("decisions", "решения"), ("decision-adopted",)),
    Sort(
        Text("treaties adopted, amended, extended", "договоры приняты, изменены, продлены"),
        ("treaty-adopted", "treaty-amended", "treaty-extended"),
    ),
    Sort(Text("signatures", "подписания"), ("treaty-signed",)),
    Sort(
        Text("ratifications, deposits, accessions", "ратификации, сдачи на хранение, присоединения"),
        ("treaty-ratified", "instrument-deposited", "treaty-acceded"),
    ),
    Sort(
        Text("entries into force", "вступления в силу"),
        ("treaty-entered-into-force", "treaty-in-force-for-state", "treaty-provisionally-applied"),
    ),
    Sort(
        Text("reservations, declarations", "оговорки, заявления"),
        ("reservation-made", "reservation-withdrawn", "declaration-made"),
    ),
    Sort(
        Text("treaties left, suspended, ended", "выход из договоров, приостановление, прекращение"),
        (
            "treaty-suspended",
            "treaty-terminated",
            "treaty-withdrawal-notified",
            "treaty-withdrawal-revoked",
            "treaty-withdrawn",
        ),
    ),
    Sort(
        Text("organisations founded, joined", "основание организаций, вступление в них"),
        ("organisation-founded", "state-joined", "state-status-changed"),
    ),
    Sort(
        Text("organisations left, dissolved", "выход из организаций, их упразднение"),
        (
            "organisation-dissolved",
            "withdrawal-notified",
            "withdrawal-revoked",
            "state-withdrew",
            "participation-ceased",
            "participation-suspended",
        ),
    ),
    Sort(
        Text("bodies and offices set up, changed", "органы и должности: создание, изменение"),
        ("body-established", "body-reorganised", "body-dissolved", "office-created"),
    ),
    Sort(Text("seats taken, left", "места заняты, оставлены"), ("state-seated", "state-left-body")),
    Sort(Text("offices assumed, vacated", "должности заняты, оставлены"), ("office-assumed", "office-vacated")),
    Sort(Text("statements", "заявления правительств"), ("statement-made",)),
)
NOT_COUNTED = ("source-registered", "person-registered")


Cell = tuple[str, int | None]  # a sort of events, and the year; None: it is not exactly known


class Counted(NamedTuple):
    """How many events there are in each cell, and the cells in which one is disputed."""

    cells: Counter[Cell]
    disputed: set[Cell]

    def columns(self) -> tuple[int, int]:
        """The first and the last year that has a column; the last is before the first if no year is known."""
        years = sorted({year for _, year in self.cells if year is not None})
        begins = [year for before, year in pairwise(years) if year - before > GAP]
        return ((begins or years)[-1 if begins else 0], years[-1]) if years else (1, 0)


def specification(asked: Asked) -> dict[str, Any]:
    """The picture of the whole record, or of the events about a state; what happened, or may have, by the day asked about."""
    found = _counted(asked)
    if not found.cells:
        raise nothing(asked)
    notes = [NOTE_VAGUE.in_(asked.language)] if any(year is None for _, year in found.cells) else []
    notes += [NOTE_LATER.in_(asked.language)] if notes and asked.basis.as_of else []
    notes += [NOTE_DISPUTED.in_(asked.language)] if found.disputed else []
    day = asked.basis.as_of
    title = (UP_TO if day else TITLE).in_(asked.language).format(day)
    if asked.subject:
        title = f"{state_name(asked.subject, asked.language)}: {title[0].lower()}{title[1:]}"
    return page(asked, title, SHOWS.in_(asked.language), _plot(asked, found), notes)


def _counted(asked: Asked) -> Counted:
    day = asked.basis.as_of or END
    names = {kind: sort.text.in_(asked.language) for sort in SORTS for kind in sort.kinds}
    query = select(timeline.c.kind, timeline.c.occurred_from, timeline.c.occurred_to, timeline.c.disputed)
    query = query.where(timeline.c.kind.in_(names), timeline.c.occurred_from <= day)
    if asked.subject:
        query = query.where(concerns(f"state:{asked.subject}"))
    cells, disputed = Counter[Cell](), set[Cell]()
    for kind, first, last, claimed in asked.views.execute(query):
        known = first[:4] == last[:4] and last <= day
        cell = (names[kind], int(first[:4]) if known else None)
        cells[cell] += 1
        if claimed:
            disputed.add(cell)
    return Counted(cells, disputed)


def _plot(asked: Asked, found: Counted) -> dict[str, Any]:
    sorts = [
        name for name in (sort.text.in_(asked.language) for sort in SORTS) if any(of == name for of, _ in found.cells)
    ]
    first, last = found.columns()
    values = list(_values(asked, found, first))
    step = max(20, 6 * max((len(value["text"]) for value in values), default=0) - 2)
    x = {
        "field": "year",
        "type": "ordinal",
        "scale": {"domain": [str(year) for year in range(first, last + 1)], "padding": 0},
        "axis": {"labelAngle": -90, "labelFontSize": 10, "ticks": False, "domain": False},
    }
    rows = {"grid": True, "gridColor": FAINT, "tickBand": "extent", "domain": False, "ticks": False, "labelPadding": 6}
    return {
        "width": {"step": step},
        "height": {"step": 24},
        "encoding": {"y": {"field": "sort", "type": "nominal", "scale": {"domain": sorts, "padding": 0}, "axis": rows}},
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "rect", "stroke": "white", "strokeWidth": 1},
                "encoding": {
                    "x": x,
                    "fill": heat("count", max((value["count"] for value in values), default=1), "sqrt"),
                    "description": {"field": "told"},
                },
            },
            {
                "data": {"values": values},
                "mark": {"type": "text", "fontSize": 9.5, "aria": False},
                "encoding": {
                    "x": x,
                    "text": {"field": "text"},
                    "color": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
            *_beside(asked, found, sorts, first, step * (last + 1 - first)),
        ],
    }


def _values(asked: Asked, found: Counted, first: int) -> Iterator[Row]:
    shown = {(sort, year): n for (sort, year), n in found.cells.items() if year is not None and year >= first}
    greatest = max(shown.values(), default=1)
    for (sort, year), count in sorted(shown.items()):
        yield {
            "sort": sort,
            "year": str(year),
            "count": count,
            "text": f"{count}{'!' if (sort, year) in found.disputed else ''}",
            "ink": ink_on(sqrt(count / greatest)),
            "told": TELLS.in_(asked.language).format(year, sort, count),
        }


def _beside(asked: Asked, found: Counted, sorts: list[str], first: int, right: int) -> Iterator[dict[str, Any]]:
    """Columns to the right of the years: how many events were earlier, how many have no year, how many there are in all."""
    counted: dict[Text, Counter[str]] = {EARLIER: Counter(), VAGUE: Counter(), ALL: Counter()}
    for (sort, year), count in found.cells.items():
        counted[ALL][sort] += count
        if year is None or year < first:
            counted[VAGUE if year is None else EARLIER][sort] += count
    mark = {"type": "text", "fontSize": 10}
    for column, counts in enumerate(counts for counts in counted.items() if counts[1]):
        name, place = counts[0].in_(asked.language), {"value": right + 24 + 42 * column}
        values = [
            {
                "sort": sort,
                "text": str(counts[1][sort]),
                "told": TELLS.in_(asked.language).format(name, sort, counts[1][sort]),
            }
            for sort in sorts
            if counts[1][sort]
        ]
        shown = {"x": place, "text": {"field": "text"}, "description": {"field": "told"}}
        yield {"data": {"values": values}, "mark": mark | {"color": INK}, "encoding": shown}
        heading = {"x": place, "y": {"value": -8}, "text": {"value": name}}
        yield {"data": {"values": [{}]}, "mark": mark | {"color": LINE, "aria": False}, "encoding": heading}
