"""The record in pictures: the SVG is read by an XML parser that is not ours, and asked what is drawn."""

import re
import sys
from collections import Counter
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from cli_runs import cis, process
from histories import (
    ASKAR,
    BELOVEZHA,
    BORIS,
    CHAIR,
    CHARTER,
    COUNCIL,
    FOUNDED,
    LEONID,
    asked,
    disputed,
    fact,
    given,
    position,
    source,
)
from hypothesis import given as each
from hypothesis import strategies as st

from cli import plot
from cli.options import VARIABLE
from eventstore.events import FAMILIES, KINDS
from projections.pictures import PICTURES, draw, membership, roster, timeline, treaty
from projections.pictures.bars import Bar, goes_on, stretches
from projections.question import Basis

LATER = fact("meeting-held", "2020-05-01", meeting="last", bodies=["council"])  # the horizon of the record
OTHER = source("other", "press")
WORLD = (FOUNDED, BELOVEZHA, CHARTER, COUNCIL, CHAIR, BORIS, LEONID, ASKAR, OTHER, LATER)
SIGNED = fact("treaty-signed", "1991-12-08", treaty="belovezha", state="RU")
JOINED = fact("state-joined", "[1993-03-01..1993-12-31]", organisation="cis", state="GE")


class Drawn:
    """An SVG, as an XML parser has it."""

    def __init__(self, svg):
        self.root = ElementTree.fromstring(svg)
        self.texts = [part.text for part in self.root.iter() if self.is_a(part, "text", "tspan") and part.text]

    def is_a(self, part, *tags):
        return part.tag.rpartition("}")[2] in tags

    def marks(self, sort):
        """The marks of a sort, by what a screen reader says of them."""
        return {p.get("aria-label"): p for p in self.root.iter() if p.get("aria-roledescription") == sort}

    @property
    def bars(self):
        """Each bar, and whether it is hatched: with a pattern that is there."""
        patterns = {f"url(#{part.get('id')})" for part in self.root.iter() if self.is_a(part, "pattern")}
        bars = {told: part.get("fill") for told, part in self.marks("bar").items()}
        assert {fill for fill in bars.values() if fill.startswith("url")} <= patterns
        return {told: fill.startswith("url") for told, fill in bars.items()}

    @property
    def signs(self):
        return {told: part.text for told, part in self.marks("text mark").items()}

    @property
    def cells(self):
        return [told for told in (*self.marks("rect mark"), *self.marks("text mark")) if told]

    def box(self, told):
        """Where a bar is: left, top, right, bottom."""
        path = self.marks("bar")[told].get("d")
        left, top, width, height = map(float, re.fullmatch(r"M(.+),(.+)h(.+)v(.+)h.+Z", path).groups())
        return left, top, left + width, top + height

    def named(self, tag):
        return next(part.text for part in self.root if self.is_a(part, tag))


def plotted(database, *words):
    ran = cis(database, "plot", *words)
    assert ran.status == 0, ran.err
    return Drawn(ran.out)


# -- bars over time ------------------------------------------------------------------------------------------------------------


def test_what_is_possible_is_hatched_and_what_is_certain_is_not(database):
    given(database, *WORLD, SIGNED, JOINED)
    assert plotted(database, "membership").bars == {
        "Georgia: member (possible), 1993-03-01 to 1993-12-31": True,
        "Georgia: member, 1993-12-31 to 2020-05-01": False,
        "Russia: founding state, 1991-12-08 to 2020-05-01": False,
    }


def test_a_bar_stands_where_its_days_are(database):
    given(database, *WORLD, SIGNED, JOINED)
    drawn = plotted(database, "membership")
    possible = drawn.box("Georgia: member (possible), 1993-03-01 to 1993-12-31")
    certain = drawn.box("Georgia: member, 1993-12-31 to 2020-05-01")
    russia = drawn.box("Russia: founding state, 1991-12-08 to 2020-05-01")
    assert possible[2] == pytest.approx(certain[0], abs=1)
    assert russia[0] < possible[0]
    assert certain[2] == russia[2]
    assert possible[1] < russia[1], "rows are in the order of their names"
    unit = (russia[2] - russia[0]) / (date(2020, 5, 1) - date(1991, 12, 8)).days
    assert possible[2] - possible[0] == pytest.approx(unit * 305, abs=1)


def test_a_possible_day_too_short_for_hatching_has_a_sign(database):
    given(database, *WORLD, fact("state-joined", "1993-12", organisation="cis", state="GE"))
    drawn = plotted(database, "membership")
    assert drawn.signs == {"Georgia: member, day not exactly known": "?"}
    assert any(text.startswith("?: the day is not exactly known") for text in drawn.texts)


def test_what_the_source_itself_doubts_has_the_sign_too(database):
    given(database, *WORLD, fact("state-joined", "1993-12-03?", organisation="cis", state="GE"))
    assert plotted(database, "membership").signs == {"Georgia: member, day not exactly known": "?"}


def test_what_is_disputed_has_its_sign_also_where_that_is_the_end(database):
    joined = fact("state-joined", "1993-12-03", organisation="cis", state="GE")
    left = fact("state-withdrew", "2009-08-18", organisation="cis", state="GE")
    given(database, *WORLD, SIGNED, joined, left, disputed(joined, citing="other", date="1993-10-23"))
    drawn = plotted(database, "membership")
    assert drawn.signs == {"Georgia: member is disputed": "!"}
    assert any(text.startswith("!: a source says otherwise") for text in drawn.texts)
    given(database, disputed(left, citing="other", denied=True))
    assert "Georgia: the end of member is disputed" in plotted(database, "membership").signs


def test_a_dispute_marks_what_it_is_about_once(database):
    """The row of a notice carries on the dispute about the joining; the bar of the notice does not."""
    ratified = fact("treaty-ratified", "1992-01-04", treaty="belovezha", state="RU")
    notice = fact("withdrawal-notified", "2008-08-18", organisation="cis", state="GE", effective="2009-08-18")
    claims = [disputed(told, citing="other", date="1993-01-01") for told in (JOINED, ratified)]
    given(database, *WORLD, JOINED, notice, SIGNED, ratified, *claims)
    assert plotted(database, "membership").signs == {"Georgia: member is disputed": "!"}
    given(database, disputed(notice, citing="other", date="2008-08-12"))
    assert "Georgia: has given notice of leaving is disputed" in plotted(database, "membership").signs


def test_only_what_goes_on_has_an_arrow(database):
    given(database, *WORLD, SIGNED)
    note = "Arrow: still so on 2020-05-01, the last day of which the record tells."
    assert note in plotted(database, "membership").texts
    given(database, fact("state-withdrew", "2001-01-01", organisation="cis", state="RU"))
    drawn = plotted(database, "membership")
    assert note not in drawn.texts
    assert drawn.bars == {"Russia: founding state, 1991-12-08 to 2001-01-01": False}


def test_notice_of_leaving_and_practice_have_bars_of_their_own(database):
    given(
        database,
        *WORLD,
        JOINED,
        fact("withdrawal-notified", "2008-08-18", organisation="cis", state="GE", effective="2009-08-18"),
        SIGNED,
        fact("participation-ceased", "2018-05-19", organisation="cis", state="RU"),
    )
    assert list(plotted(database, "membership").bars) == [
        "Georgia: member (possible), 1993-03-01 to 1993-12-31",
        "Georgia: member, 1993-12-31 to 2008-08-18",
        "Georgia: has given notice of leaving, 2008-08-18 to 2009-08-18",
        "Russia: founding state, 1991-12-08 to 2018-05-19",
        "Russia: has ceased to take part, 2018-05-19 to 2020-05-01",
    ]


def test_two_bars_that_exclude_each_other_share_the_height_of_their_row(database):
    vague = fact("state-status-changed", "1995", organisation="cis", state="RU", status="associate")
    given(database, *WORLD, SIGNED, vague)
    drawn = plotted(database, "membership")
    before = drawn.box("Russia: founding state (possible), 1995-01-01 to 1995-12-31")
    after = drawn.box("Russia: associate (possible), 1995-01-01 to 1995-12-31")
    assert before[3] <= after[1] + 0.5, "the earlier stands above"
    assert (before[0], before[2]) == (after[0], after[2])


def test_a_day_asked_about_has_a_line_and_stands_below(database):
    given(database, *WORLD, SIGNED)
    drawn = plotted(database, "membership", "--as-of", "2009")
    assert "as of 2009-12-31" in drawn.marks("rule mark")
    at = position(database)
    assert any(
        re.fullmatch(rf"cis-record, as of 2009-12-31, known at position {at}, hash [0-9a-f]{{16}}\.", t)
        for t in drawn.texts
    )
    assert plotted(database, "membership").marks("rule mark") == {}


def test_what_was_not_known_then_is_not_drawn(database):
    given(database, *WORLD, SIGNED)
    before = position(database)
    given(database, JOINED)
    drawn = plotted(database, "membership", "--known-at", str(before))
    assert list(drawn.bars) == ["Russia: founding state, 1991-12-08 to 2020-05-01"]
    assert any(f"known at position {before}," in text for text in drawn.texts)


EDGES = st.tuples(*[st.integers(0, 40)] * 4).map(sorted)
FIRST, HORIZON = date(1992, 1, 5), date(1992, 1, 30)


@each(EDGES, st.integers(0, 3), st.integers(5, 29))
def test_each_day_is_drawn_as_the_view_has_it(edges, open_ends, day):
    """Certain and possible days of a row, by the definition of its edges, are those of its stretches."""
    days = [(date(1992, 1, 1) + timedelta(edge)).isoformat() for edge in edges]
    if open_ends == 1:
        days[2:] = [None, None]
    elif open_ends == 2:
        days[1], days[2] = days[2], days[1]  # it may have been over before it had certainly begun
    elif open_ends == 3:
        days[3] = "9999-12-31"
    bar = Bar("row", "member", *days)
    asked_about = date(1992, 1, day).isoformat()
    held = {
        part.certain
        for part in stretches(bar, FIRST.isoformat(), HORIZON.isoformat())
        if part.first <= asked_about < part.last
    }
    over = days[2] or "9999-12-31"
    certain = days[1] <= asked_about < over
    possible = days[0] <= asked_about < (days[3] or "9999-12-31")
    assert held == ({True} if certain else {False} if possible else set())
    assert goes_on(bar, HORIZON.isoformat()) == (days[1] <= HORIZON.isoformat() < over)


# -- treaties ------------------------------------------------------------------------------------------------------------------


def act(kind, on, state, **fields):
    return fact(kind, on, treaty="charter", state=state, **fields)


ACTS = (
    act("treaty-signed", "1993-01-22", "AM"),
    act("instrument-deposited", "1994-03-16", "AM", instrument="ratification"),
    act("treaty-in-force-for-state", "1994-03-16", "AM"),
    act("treaty-acceded", "1993", "GE"),
    act("treaty-withdrawal-notified", "2008-08-18", "GE", effective="2009-08-18"),
    fact("treaty-entered-into-force", "1994-01-22", treaty="charter"),
)


def test_a_treaty_shows_acts_as_symbols_and_what_follows_as_bars(database):
    given(database, *WORLD, *ACTS)
    drawn = plotted(database, "treaty", "charter")
    assert drawn.bars == {
        "The treaty itself: adopted, 1993-01-22 to 1994-01-22": False,
        "The treaty itself: in force, 1994-01-22 to 2020-05-01": False,
        "Armenia: has signed, 1993-01-22 to 1994-03-16": False,
        "Armenia: party, 1994-03-16 to 2020-05-01": False,
        "Georgia: has given consent (possible), 1993-01-01 to 1993-12-31": True,
        "Georgia: has given consent, 1993-12-31 to 1994-01-22": False,
        "Georgia: party, 1994-01-22 to 2008-08-18": False,
        "Georgia: has given notice, 2008-08-18 to 2009-08-18": False,
    }
    points = {told: part.get("fill") for told, part in drawn.marks("point").items() if told}
    assert points == {
        "Armenia: signature, 1993-01-22": "#222222",
        "Armenia: deposit, 1994-03-16": "#222222",
        "Georgia: accession, 1993-01-01/1993-12-31": "white",
        "Georgia: notice of withdrawal, 2008-08-18": "#222222",
        "Georgia: withdrawal, 2009-08-18": "#222222",
    }
    assert drawn.named("title") == "Charter"


def test_a_disputed_act_has_its_sign(database):
    given(database, *WORLD, *ACTS, disputed(ACTS[1], citing="other", date="1994-04-16"))
    drawn = plotted(database, "treaty", "charter")
    acts = [told for told in drawn.marks("point") if told and "(disputed)" in told]
    assert acts == ["Armenia: deposit, 1994-03-16 (disputed)"]
    assert drawn.texts.count("!") == 1
    assert any("!: a source says otherwise." in text for text in drawn.texts)


def test_symbols_that_would_cover_each_other_stand_one_above_the_other(database):
    ratified = act("treaty-ratified", "1993-01-25", "AM")
    given(database, *WORLD, ACTS[0], ratified, act("treaty-ratified", "2001-01-25", "KZ"))
    heights = {
        told: float(re.search(r",(.+)\)", part.get("transform"))[1])
        for told, part in plotted(database, "treaty", "charter").marks("point").items()
        if told
    }
    assert heights["Armenia: ratification, 1993-01-25"] < heights["Armenia: signature, 1993-01-22"]


def test_it_speaks_russian(database):
    named = fact("treaty-adopted", "1999-01-01", treaty="other", title="Other", title_ru="Иной договор")
    signed = fact("treaty-signed", "1999-01", treaty="other", state="KG")
    given(database, *WORLD, named, signed)
    drawn = plotted(database, "treaty", "other", "--language", "ru")
    assert drawn.named("title") == "Иной договор"
    assert "Кыргызстан: подписало, 1999-01-31 – 2020-05-01" in drawn.bars
    assert any(re.match("cis-record, по записям до №", text) for text in drawn.texts)
    assert not any(re.search("[a-z]{4}", text) for text in drawn.texts if "cis-record" not in text)


# -- rosters -------------------------------------------------------------------------------------------------------------------


def test_a_roster_shows_holders_under_their_office_and_seats_below(database):
    given(
        database,
        *WORLD,
        fact("office-assumed", "1993-12-24", office="chair", person="boris", state="RU"),
        fact("office-assumed", "2000-01-25", office="chair", person="askar", state="KG", acting=True),
        fact("office-assumed", "2005", office="chair", state="UA"),
        fact("state-seated", "1991-12-30", body="council", state="UA"),
    )
    drawn = plotted(database, "roster", "council")
    assert list(drawn.bars) == [
        "Boris (Russia): in office, 1993-12-24 to 2000-01-25",
        "Askar (Kyrgyzstan): acting, 2000-01-25 to 2005-01-01",
        "Askar (Kyrgyzstan): acting (possible), 2005-01-01 to 2005-12-31",
        "Ukraine: in office (possible), 2005-01-01 to 2005-12-31",
        "Ukraine: in office, 2005-12-31 to 2020-05-01",
        "Ukraine: seat of a member, 1991-12-30 to 2020-05-01",
    ]
    rows = ["Chair", "Boris (Russia)", "Askar (Kyrgyzstan)", "Ukraine", "Seats of states", "Ukraine"]
    assert Counter(rows) <= Counter(drawn.texts)


def test_a_long_name_is_shown_whole(database):
    name = "The Most Excellent " + "and Most Serene " * 12 + "President"
    long = fact("person-registered", "1991-12-21", person="long", name=name)
    given(database, *WORLD, long, fact("office-assumed", "1993-12-24", office="chair", person="long"))
    drawn = plotted(database, "roster", "council")
    assert name in " ".join(drawn.texts)
    assert max(map(len, drawn.texts)) <= 160


# -- years ---------------------------------------------------------------------------------------------------------------------


def test_a_timeline_counts_by_year_and_keeps_what_has_no_year_apart(database):
    met = [
        fact("meeting-held", on, meeting=f"m{n}", bodies=["council"]) for n, on in enumerate(("2019-01", "2019-05-05"))
    ]
    vague = fact("meeting-held", "[2018-12-31,2019-01-01]", meeting="vague", bodies=["council"])
    early = fact("statement-made", "1940-06-28", text="An ultimatum", states=["RO"])
    given(database, *WORLD, *met, vague, early, disputed(met[0], citing="other", date="2018-01-01"))
    drawn = plotted(database, "timeline")
    assert {told for told in drawn.cells if "meetings" in told} == {
        "2019, meetings: 2",
        "2020, meetings: 1",
        "year?, meetings: 1",
        "all, meetings: 4",
    }
    assert {told for told in drawn.cells if "statements" in told} == {"earlier, statements: 1", "all, statements: 1"}
    assert "2!" in drawn.texts, "one of the two is disputed"


def test_a_timeline_ends_on_the_day_asked_about_and_can_be_that_of_a_state(database):
    given(database, *WORLD, SIGNED, JOINED)
    drawn = plotted(database, "timeline", "Russia", "--as-of", "1999-12-31")
    assert set(drawn.cells) == {"1991, signatures: 1", "all, signatures: 1"}
    assert drawn.named("title") == "Russia: what happened up to 1999-12-31, year by year"
    drawn = plotted(database, "timeline", "--as-of", "1993-06-01")
    assert "year?, organisations founded, joined: 1" in drawn.cells, "it may not have happened by then"


def test_every_kind_of_event_is_counted_once_or_left_out_on_purpose():
    sorts = [kind for sort in timeline.SORTS for kind in sort.kinds]
    about_the_log = [cls.kind for cls in FAMILIES["the log itself"]]
    assert sorted([*sorts, *timeline.NOT_COUNTED, *about_the_log]) == sorted(KINDS)


# -- networks ------------------------------------------------------------------------------------------------------------------


def test_a_network_counts_the_treaties_that_bind_two_states_on_the_day(database):
    given(
        database,
        *WORLD,
        act("treaty-in-force-for-state", "1994-03-16", "AM"),
        act("treaty-in-force-for-state", "1994-03-16", "RU"),
        act("treaty-signed", "1994-03-16", "KZ"),
        *(
            fact("treaty-in-force-for-state", on, treaty="belovezha", state=s)
            for s, on in (("AM", "1994"), ("RU", "1992-01-01"))
        ),
    )
    assert plotted(database, "network", "--as-of", "1994-06-01").cells == [
        "Russia: 2",
        "Russia and Armenia: 1–2",
        "Armenia and Russia: 1–2",
        "Armenia: 1–2",
    ]
    assert plotted(database, "network").cells == [
        "Armenia: 2",
        "Armenia and Russia: 2",
        "Russia and Armenia: 2",
        "Russia: 2",
    ]
    none = cis(database, "plot", "network", "--as-of", "1991-01-01")
    assert (none.status, none.err.splitlines()[0]) == (1, "the record holds nothing that this picture shows")


# -- every picture -------------------------------------------------------------------------------------------------------------


def test_every_standing_of_the_views_has_its_bar():
    statuses = {"founding-state", "member", "associate", "observer", "participant"}
    assert statuses <= set(membership.STANDINGS)
    assert statuses - {"founding-state"} <= set(roster.STANDINGS)
    parties = {"signatory", "consent-given", "provisionally-applying", "party", "withdrawing"}
    treaties = {"adopted", "provisionally-applied", "in-force", "extended", "suspended"}
    assert parties | treaties == set(treaty.STANDINGS)


def test_the_same_picture_is_the_same_text_wherever_it_is_drawn(history):
    words = ("plot", "treaty", "cis-charter", "--as-of", "2009-08-18")
    there = process(history, *words, TZ="America/New_York", LC_ALL="ru_RU.UTF-8")
    assert there.out == cis(history, *words).out


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_history_tells_what_it_is(history, name):
    subject = {"treaty": ["cis-charter"], "roster": ["council-of-heads-of-state"]}.get(name, [])
    drawn = plotted(history, name, *subject)
    assert drawn.root.get("role") == "graphics-document"
    assert drawn.named("title") in drawn.named("desc")
    assert "known at position" in drawn.named("desc")
    assert not {"None", "null", "NaN", "undefined"} & {word for text in drawn.texts for word in text.split()}
    width, height = float(drawn.root.get("width")), float(drawn.root.get("height"))
    assert height < width * 1.42, "it fits on a page"


def test_text_from_sources_can_break_nothing(database):
    name = "</text><script>alert(1)</script> & \"'\\ \u202egnp.live {0} %s"
    title = fact("treaty-adopted", "1999-01-01", treaty="other", title=name)
    person = fact("person-registered", "1999-01-01", person="hostile", name=name)
    signed = fact("treaty-signed", "1999-01-01", treaty="other", state="KG")
    given(
        database, *WORLD, title, signed, person, fact("office-assumed", "1999-01-01", office="chair", person="hostile")
    )
    plain = name.replace("\u202e", " ")
    assert " ".join(plotted(database, "treaty", "other").named("title").split()) == " ".join(plain.split())
    drawn = plotted(database, "roster", "council")
    assert any(told.startswith(plain) for told in drawn.bars)
    assert not any(drawn.is_a(part, "script") for part in drawn.root.iter())


# -- the command ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def record(empty_sqlite):
    given(empty_sqlite, *WORLD, SIGNED)
    return empty_sqlite


def test_a_file_is_written_by_its_ending(record, tmp_path):
    for ending, begins in (("svg", b"<svg "), ("PNG", b"\x89PNG")):
        file = tmp_path / f"picture.{ending}"
        ran = cis(record, "plot", "membership", "cis", "--output", str(file))
        assert (ran.out, ran.status) == ("", 0)
        assert ran.err.startswith(f"Written to {file}; known at position ")
        assert file.read_bytes().startswith(begins)


def test_what_is_there_stays_without_force(record, tmp_path):
    file = tmp_path / "picture.svg"
    file.write_text("mine")
    ran = cis(record, "plot", "membership", "--output", str(file))
    assert (ran.err, ran.status) == (
        f"{file}: the file exists\n  Name a new one, or write over it with --force.\n",
        1,
    )
    assert file.read_text() == "mine"
    assert cis(record, "plot", "membership", "--output", str(file), "--force").status == 0
    assert file.read_text().startswith("<svg ")


@pytest.mark.parametrize(
    ("words", "told", "status"),
    [
        (["pie"], "'pie' is not one of 'membership', 'treaty', 'roster', 'timeline', 'network'.", 2),
        (["treaty"], "Name the treaty: cis plot treaty ID", 2),
        (["roster"], "Name the body: cis plot roster ID", 2),
        (["treaty", "chartr"], "SUBJECT: there is no treaty 'chartr'\n  Did you mean charter?", 2),
        (["roster", "concil"], "SUBJECT: there is no body 'concil'\n  Did you mean council?", 2),
        (["membership", "sic"], "SUBJECT: there is no organisation 'sic'\n  Known: cis.", 2),
        (["timeline", "Rusia"], "no state is called 'Rusia'. Did you mean RU (Russia)?", 2),
        (["timeline", "FR"], "the record holds nothing of FR that this picture shows", 1),
        (["membership", "--force"], "--force has no effect without --output.", 2),
        (["membership", "--output", "a.pdf"], "'a.pdf' ends neither in .svg nor in .png.", 2),
        (["membership", "--output", "nowhere/a.svg"], "nowhere/a.svg: there is no folder 'nowhere' to write into", 1),
        (["membership", "--as-of", "soon"], "Invalid value for '--as-of'", 2),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_line(record, words, told, status):
    ran = cis(record, "plot", *words)
    assert (ran.out, ran.status) == ("", status)
    assert told in ran.err


def test_an_empty_record_has_no_picture(empty_sqlite):
    ran = cis(empty_sqlite, "plot", "timeline")
    assert (ran.err, ran.status) == (
        "the record holds nothing that this picture shows\n  cis log tells what it holds.\n",
        1,
    )


def test_a_terminal_gets_no_svg(record, monkeypatch):
    monkeypatch.setattr(plot, "_on_terminal", lambda: True)
    ran = cis(record, "plot", "treaty", "charter")
    assert (ran.out, ran.status) == ("", 2)
    assert "A picture is not read on a terminal: write it to a file (--output treaty-charter.svg)." in ran.err


def test_who_lacks_the_package_learns_what_to_install(record, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    ran = cis(record, "plot", "membership", "--output", str(tmp_path / "a.svg"))
    assert (ran.err, ran.status) == (
        "pictures need the package vl-convert-python, which is not installed\n"
        '  Install it: pip install "cis-record[plot]"\n',
        1,
    )
    assert list(tmp_path.glob("*.svg")) == []


def test_a_disk_that_cannot_be_written_is_named(record, tmp_path):
    folder = tmp_path / "full"
    folder.mkdir()
    ran = cis(record, "plot", "membership", "--output", f"{folder}/{'a' * 300}.svg")
    assert ran.status == 1
    assert ran.err.endswith("it cannot be written: File name too long\n")
    assert list(folder.iterdir()) == []


def test_a_page_draws_by_the_same_function(record):
    with asked(record) as views:
        drawn = draw(views, "membership", basis=Basis("", 7, "f" * 64), today="2026-11-22")
    assert drawn.title == "Commonwealth of Independent States: membership"
    assert drawn.description.startswith("Commonwealth of Independent States: membership. Who belonged, as what,")
    assert drawn.png()[:4] == b"\x89PNG"


def test_the_shell_completes_what_a_picture_can_be_about(record):
    def offered(line):
        words = line.split(" ")
        ran = cis(record, COMP_WORDS=line, COMP_CWORD=str(len(words) - 1), **{VARIABLE: "bash_complete"})
        return [said.partition(",")[2] for said in ran.out.splitlines()]

    assert offered("cis plot ") == list(PICTURES)
    assert offered("cis plot treaty ch") == ["charter"]
    assert offered("cis plot roster ") == ["council"]
