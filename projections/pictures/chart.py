"""A chart of bars over time: a row for each thing, a bar for each standing, hatched where it is only possible, with its signs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from textwrap import wrap
from typing import Any

from eventstore.facts import BEGINNING
from projections.interval import Row
from projections.pictures import Asked
from projections.pictures.bars import Act, Bar, Line, Standing, Stretch, goes_on, stretches
from projections.pictures.names import Text
from projections.pictures.picture import hatched
from projections.pictures.style import BLACK, FAINT, GREY, INK, WIDTH, columns, nothing, word

Layer = dict[str, Any]

LETTER = 5.6  # units of the picture that a letter in a bar takes, as a rule
LABEL, HEADING = 60, 120  # letters after which a name goes on in another line
NARROW = 5  # units in which no hatching is seen: a sign tells it
BAR, THIN = 16, 12  # units: height of a bar, and of a thin one
SIGN, LANE = 11, 9  # units: width of a sign, height of a lane of symbols
HALO = {"stroke": "white", "strokeWidth": 3, "strokeJoin": "round", "aria": False}  # letters are read on anything

_WORDS = {
    "certain": Text("{0}: {1}, {2} to {3}", "{0}: {1}, {2} – {3}"),
    "possible": Text("{0}: {1} (possible), {2} to {3}", "{0}: {1} (возможно), {2} – {3}"),
    "disputed": Text("{0}: {1} is disputed", "{0}: {1} – оспаривается"),
    "vague": Text("{0}: {1}, day not exactly known", "{0}: {1}, день точно не известен"),
    "act": Text("{0}: {1}, {2}", "{0}: {1}, {2}"),
    "only-possible": Text("possible, not certain", "возможно, не достоверно"),
    "end-disputed": Text("{0}: the end of {1} is disputed", "{0}: {1} – конец оспаривается"),
    "act-disputed": Text("{0}: {1}, {2} (disputed)", "{0}: {1}, {2} (оспаривается)"),
    "note-vague": Text(
        "?: the day is not exactly known, or the source doubts it.",
        "?: день точно не известен или вызывает сомнение в источнике.",
    ),
    "note-hollow": Text(
        "Hollow symbol: the day is not exactly known; a line shows within which days.",
        "Пустой знак: день точно не известен; линия показывает, в каких пределах.",
    ),
    "note-disputed": Text("!: a source says otherwise.", "!: другой источник сообщает иное."),
    "note-goes-on": Text(
        "Arrow: still so on {0}, the last day of which the record tells.",
        "Стрелка: так и на {0}, последний день, о котором есть сведения.",
    ),
}


class Chart:
    """A chart of bars, from the first day on which any of them can have begun to the horizon."""

    def __init__(
        self,
        asked: Asked,
        lines: Sequence[Line],
        bars: Sequence[Bar],
        standings: Mapping[str, Standing],
        acts: Sequence[Act] = (),
        symbols: Mapping[str, tuple[Text, str]] | None = None,
    ) -> None:
        """Raises `Refused` where nothing of this had begun by the horizon."""
        acts = [act for act in acts if act.first <= asked.horizon]
        bars = [bar for bar in bars if bar.valid_from <= asked.horizon]
        if not bars:
            raise nothing(asked)
        self._asked, self._standings, self._symbols = asked, standings, symbols or {}
        self._lines, self._labels = lines, {line.key: line.label for line in lines}
        self._first, self._last = _first_day(bars, acts, asked.horizon), asked.horizon
        self._pieces = [piece for number, bar in enumerate(bars) for piece in self._pieces_of(number, bar)]
        _share(self._pieces)
        self._marks = [mark for bar in bars for mark in self._marks_of(bar)]
        self._acts = list(self._placed(acts))
        self._lanes = 1 + max((act["lane"] for act in self._acts), default=-1)

    def _say(self, name: str, *values: object) -> str:
        return _WORDS[name].in_(self._asked.language).format(*values)

    def _word(self, standing: str) -> str:
        return self._standings[standing].text.in_(self._asked.language)

    def _width(self, first: str, last: str) -> float:
        """How many units of the picture some days take."""
        return _days(first, last) / _days(self._first, self._last) * WIDTH

    def notes(self) -> list[str]:
        """What the signs of the chart mean, as far as they are there."""
        there = {
            "vague": any(mark["sign"] == "?" for mark in self._marks),
            "hollow": any(act["fill"] == "white" for act in self._acts),
            "disputed": any(mark["sign"] == "!" for mark in [*self._marks, *self._acts]),
            "goes-on": any(piece["goes_on"] for piece in self._pieces),
        }
        return [self._say(f"note-{name}", self._last) for name, found in there.items() if found]

    def plot(self) -> Layer:
        """The chart as a view of Vega-Lite."""
        layers = [
            self._painted(),
            self._worded(),
            self._arrows(),
            *self._acted(),
            *map(self._marked, ("?", "!")),
            *_day_line(self._asked, self._time("first"), self._first, self._last),
            self._headed(),
        ]
        lines = max(len(wrap(line.label, LABEL)) for line in self._lines if not line.heading)
        return {
            "width": WIDTH,
            "height": {"step": max(BAR + 8 + self._lanes * LANE, 14 * lines)},
            "encoding": {"y": self._rows()},
            "layer": [layer for layer in layers if layer["data"]["values"]]
            or [{"data": {"values": []}, "mark": "bar"}],
        }

    # -- what is drawn ------------------------------------------------------------------------------------------------

    def _pieces_of(self, number: int, bar: Bar) -> Iterator[Row]:
        word, label = self._word(bar.standing), self._labels[bar.line]
        found = stretches(bar, self._first, self._last)
        widest = max(found, key=lambda part: self._width(part.first, part.last), default=None)
        shift = 4 + SIGN * bar.disputed + SIGN // 2 * (bar.doubtful or self._narrow(found[:1]))
        for part in found:
            fits = len(word) * LETTER + shift + 4 <= self._width(part.first, part.last)
            yield {
                "line": bar.line,
                "bar": number,
                "first": part.first,
                "last": part.last,
                "certain": part.certain,
                "drop": 0,
                "standing": word if part.certain else _possible(word),
                "word": word if part is widest and part.certain and fits else "",
                "shift": shift,
                "height": THIN if self._standings[bar.standing].thin else BAR,
                "ink": "white" if self._standings[bar.standing].light else INK,
                "goes_on": part.certain and part.last == self._last and goes_on(bar, self._last),
                "told": self._say("certain" if part.certain else "possible", label, word, part.first, part.last),
            }

    def _narrow(self, parts: Sequence[Stretch]) -> bool:
        """Whether some stretch is only possible and too narrow for hatching."""
        return any(not part.certain and self._width(part.first, part.last) < NARROW for part in parts)

    def _marks_of(self, bar: Bar) -> Iterator[Row]:
        found = stretches(bar, self._first, self._last)
        if not found:
            return

        def mark(sign: str, day: str, shift: float, said: str) -> Row:
            told = self._say(said, self._labels[bar.line], self._word(bar.standing))
            return {"line": bar.line, "first": day, "sign": sign, "shift": shift, "told": told}

        for part in found:
            if self._narrow([part]):
                yield mark("?", _middle(part.first, part.last), 0, "vague")
            elif bar.doubtful and part is found[0]:
                yield mark("?", part.first, 0, "vague")
        if bar.disputed:
            sure = next((part for part in found if part.certain), found[0])
            beside = 8 + SIGN // 2 * (bar.doubtful or self._narrow(found[:1]))
            yield mark("!", sure.first, min(beside, self._width(sure.first, sure.last) / 2), "disputed")
        if bar.end_disputed:
            yield mark("!", found[-1].last, 6, "end-disputed")

    def _placed(self, acts: Sequence[Act]) -> Iterator[Row]:
        """The acts with their lanes: symbols that would cover each other stand one above the other."""
        for _, done in groupby(sorted(acts, key=lambda act: (act.line, act.first, act.last)), key=lambda act: act.line):
            ends = dict[int, float]()  # how far each lane is taken
            for act in done:
                first, last = max(act.first, self._first), min(act.last, self._last)
                begins, over = self._width(self._first, first), self._width(self._first, last)
                lane = next(n for n in range(len(ends) + 1) if ends.get(n, -WIDTH) + SIGN <= begins)
                ends[lane] = over + (SIGN / 2 if act.disputed else 0)
                name = self._symbols[act.kind][0].in_(self._asked.language)
                when = act.first if act.first == act.last else f"{first}/{last}"
                yield {
                    "line": act.line,
                    "first": first,
                    "last": last,
                    "middle": _middle(first, last),
                    "act": name,
                    "lane": lane,
                    "fill": INK if act.first == act.last else "white",
                    "sign": "!" if act.disputed else "",
                    "told": self._say("act-disputed" if act.disputed else "act", self._labels[act.line], name, when),
                }

    # -- layers -------------------------------------------------------------------------------------------------------

    @property
    def _lift(self) -> float:
        """How far the bars are below the middle of their rows, to leave room for the lanes of symbols."""
        return self._lanes * LANE / 2

    def _rows(self) -> Layer:
        beside = {line.key: [] if line.heading else wrap(line.label, LABEL) for line in self._lines}
        return {
            "field": "line",
            "type": "nominal",
            "scale": {"domain": [line.key for line in self._lines], "padding": 0},
            "axis": {
                # Rows go by their keys, for two may have one label. A heading stands in its empty row.
                "labelExpr": f"({json.dumps(beside)})[datum.value]",
                "grid": True,
                "gridColor": FAINT,
                "tickBand": "extent",
                "domain": False,
                "ticks": False,
                "labelPadding": 6,
                "labelOffset": self._lift,
            },
        }

    def _time(self, field: str) -> Layer:
        return {
            "field": field,
            "type": "temporal",
            "scale": {"type": "utc", "domain": [self._first, self._last]},
            "axis": _axis(self._first, self._last),
        }

    def _painted(self) -> Layer:
        used = {piece["standing"] for piece in self._pieces}
        named = {standing.text.in_(self._asked.language): standing.colour for standing in self._standings.values()}
        colours = named | {_possible(name): hatched(colour) for name, colour in named.items()}
        legend = [name for name in named if {name, _possible(name)} & used]
        if not used <= named.keys():
            legend.append(self._say("only-possible"))
            colours[legend[-1]] = hatched(GREY)
        lift = {"expr": f"{self._lift} + datum.drop"}
        return {
            "data": {"values": self._pieces},
            "mark": {
                "type": "bar",
                "height": {"expr": "datum.height"},
                "yOffset": lift,
                "stroke": INK,
                "strokeWidth": 0.5,
            },
            "encoding": {
                "x": self._time("first"),
                "x2": {"field": "last"},
                "fill": {
                    "field": "standing",
                    "type": "nominal",
                    "scale": {"domain": list(colours), "range": list(colours.values())},
                    "legend": {"values": legend, "symbolType": "square", "symbolStrokeColor": INK} | columns(legend),
                },
                "description": {"field": "told"},
            },
        }

    def _worded(self) -> Layer:
        mark = {
            "type": "text",
            "align": "left",
            "fontSize": 10,
            "yOffset": self._lift,
            "xOffset": {"expr": "datum.shift"},
        }
        return {
            "data": {"values": [piece for piece in self._pieces if piece["word"]]},
            "mark": mark | {"aria": False},
            "encoding": {
                "x": self._time("first"),
                "text": {"field": "word"},
                "color": {"field": "ink", "type": "nominal", "scale": None},
            },
        }

    def _headed(self) -> Layer:
        mark = {"type": "text", "align": "left", "fontWeight": "bold", "fontSize": 11, "yOffset": self._lift}
        headings = [line for line in self._lines if line.heading]
        return {
            "data": {"values": [{"line": line.key, "label": wrap(line.label, HEADING)} for line in headings]},
            "encoding": {"x": {"value": 4}, "text": {"field": "label"}},
            "layer": [{"mark": mark | HALO}, {"mark": mark | {"color": BLACK}}],
        }

    def _arrows(self) -> Layer:
        shape = {"type": "point", "shape": "triangle-right", "size": 50, "filled": True, "opacity": 1, "color": INK}
        return {
            "data": {"values": [piece for piece in self._pieces if piece["goes_on"]]},
            "mark": shape | {"xOffset": 6, "yOffset": self._lift, "aria": False},
            "encoding": {"x": self._time("last")},
        }

    def _acted(self) -> list[Layer]:
        if not self._acts:
            return []
        used = {act["act"] for act in self._acts}
        shapes = {text.in_(self._asked.language): shape for text, shape in self._symbols.values()}
        domain = [name for name in shapes if name in used]
        offset = {"expr": f"{self._lift - BAR / 2 - LANE / 2} - {LANE} * datum.lane"}
        sign = {"type": "text", "fontSize": 10, "fontWeight": "bold", "xOffset": 7, "yOffset": offset, "aria": False}
        ranges = {"type": "rule", "yOffset": offset, "y2Offset": offset, "color": INK, "aria": False}
        symbol = {"type": "point", "size": 46, "stroke": INK, "strokeWidth": 1.1, "opacity": 1, "yOffset": offset}
        return [
            {
                "data": {"values": [act for act in self._acts if act["first"] < act["last"]]},
                "mark": ranges,
                "encoding": {"x": self._time("first"), "x2": {"field": "last"}},
            },
            {
                "data": {"values": self._acts},
                "mark": symbol,
                "encoding": {
                    "x": self._time("middle"),
                    "shape": {
                        "field": "act",
                        "type": "nominal",
                        "scale": {"domain": domain, "range": [shapes[name] for name in domain]},
                        "legend": {"symbolFillColor": INK, "symbolStrokeColor": INK, "symbolSize": 60}
                        | columns(domain),
                    },
                    "fill": {"field": "fill", "type": "nominal", "scale": None},
                    "description": {"field": "told"},
                },
            },
            {
                "data": {"values": [act for act in self._acts if act["sign"]]},
                "mark": sign,
                "encoding": {"x": self._time("middle"), "text": {"field": "sign"}},
            },
        ]

    def _marked(self, sign: str) -> Layer:
        mark = {"type": "text", "fontSize": 13, "fontWeight": "bold", "yOffset": self._lift}
        mark |= {"xOffset": {"expr": "datum.shift"}}
        return {
            "data": {"values": [found for found in self._marks if found["sign"] == sign]},
            "encoding": {"x": self._time("first"), "text": {"field": "sign"}},
            "layer": [
                {"mark": mark | HALO},
                {"mark": mark | {"color": BLACK}, "encoding": {"description": {"field": "told"}}},
            ],
        }


def _day_line(asked: Asked, x: Layer, first: str, last: str) -> list[Layer]:
    """The layers of a line at the day asked about, along an axis `x` from one day to another; none where it is outside."""
    day = asked.basis.as_of
    if not day or not first <= day <= last:
        return []
    told = word("as-of", asked.language, day)
    values = {"values": [{x["field"]: day, "told": told}]}
    description = {"description": {"field": "told"}}
    whole = {"y": {"value": 0}, "y2": {"value": "height"}}
    rule = {"type": "rule", "color": BLACK, "strokeDash": [5, 3]}
    letters = {"type": "text", "baseline": "bottom", "dy": -4, "fontSize": 10, "aria": False}
    return [
        {"data": values, "mark": rule, "encoding": {"x": x, **whole, **description}},
        {"data": values, "mark": letters, "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "told"}}},
    ]


def _share(pieces: Sequence[Row]) -> None:
    """Where two bars of a row may hold on the same days, each takes half of the height: above the one that comes first."""
    rows = dict[str, list[Row]]()
    for piece in pieces:
        if not piece["certain"]:
            rows.setdefault(piece["line"], []).append(piece)
    for row in rows.values():
        for piece in row:
            at_once = [other for other in row if other["first"] < piece["last"] and piece["first"] < other["last"]]
            others = [other["bar"] for other in at_once if other["bar"] != piece["bar"]]
            if others:
                piece["height"] /= 2
                piece["drop"] = piece["height"] / 2 * (1 if min(others) < piece["bar"] else -1)


def _possible(word: str) -> str:
    return f"{word} (?)"


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _middle(first: str, last: str) -> str:
    return (date.fromisoformat(first) + timedelta(_days(first, last) // 2)).isoformat()


def _first_day(bars: Sequence[Bar], acts: Sequence[Act], horizon: str) -> str:
    """The first day on which anything can have begun (by which it had, if that is not known), and a little before it."""
    starts = [(bar.valid_from, bar.valid_from_latest) for bar in bars] + [(act.first, act.last) for act in acts]
    known = [first if first != BEGINNING else last for first, last in starts]
    first = date.fromisoformat(min(*known, horizon))
    whole = date.fromisoformat(horizon) - first
    return date.fromordinal(max(first.toordinal() - max(whole.days // 60, 10), 1)).isoformat()


def _axis(first: str, last: str) -> Layer:
    """Years, or months where there are few."""
    begins, ends = int(first[:4]), int(last[:4])
    if ends - begins < 3:
        months = [f"{year:04}-{month:02}-01" for year in range(begins, ends + 1) for month in range(1, 13)]
        shown = [day for day in months if first <= day <= last]
        return {"values": shown[:: 1 + len(shown) // 12], "format": "%Y-%m", "gridColor": FAINT}
    every = next((every for every in (1, 2, 5, 10, 20, 50) if (ends - begins) / every <= 14), 100)
    years = [f"{year:04}-01-01" for year in range(begins, ends + 1) if year % every == 0]
    return {"values": [day for day in years if day >= first], "format": "%Y", "gridColor": FAINT}
