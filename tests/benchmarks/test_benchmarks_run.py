"""The benchmarks run and give every figure. No bars here: how fast a machine of strangers is says nothing about a change."""

import json
import re

import limits
import measures
import pytest
import records
import synthetic
from figure import Figure, bar, table

NUMBERS = {"1a", "1b", "2a", "2b", "3", "4a", "4b", "5", "6", "7a", "7b", "7c"}


@pytest.mark.parametrize("sort", ["sqlite", "postgres"])
def test_every_figure_is_measured_beside_the_bare_database(sort, tmp_path, request):
    if sort == "postgres":
        request.getfixturevalue("postgres")  # skips, with the reason, where there is none
    place = records.Place(sort, tmp_path)
    try:
        figures = list(measures.figures_of(place, measures.SMALL, rounds=1))
    finally:
        place.close()
    assert {figure.number.split()[0] for figure in figures} == NUMBERS
    assert all(figure.ours > 0 for figure in figures)
    assert all(figure.bare for figure in figures if "bare" in figure.bars)
    shown = table(figures)
    assert all(figure.what in shown for figure in figures)


def test_a_ratio_meets_its_bar_from_the_right_side():
    rate = Figure("0", "a rate", "events/s", 50, bare=100, bars={"bare": 0.5})
    assert bar(rate, "bare") == "0.50 of bare (>= 0.5): met"
    assert bar(Figure("0", "a rate", "events/s", 49, bare=100, bars={"bare": 0.5}), "bare").endswith("NOT MET")
    assert bar(Figure("0", "a time", "us", 31, bare=10, bars={"bare": 3}), "bare").endswith("NOT MET")
    assert bar(Figure("0", "memory", "MB", 299, bars={"most": 300}), "most") == "<= 300 MB: met"
    assert bar(Figure("0", "a rate", "events/s", 1, bars={"peer": 4}), "peer") == "peer: not measured"


def test_what_cannot_be_left_out_is_measured_too(tmp_path):
    place = records.Place("sqlite", tmp_path)
    try:
        found = list(limits.limits_of(place, 2_000))
    finally:
        place.close()
    assert [limit.figure for limit in found] == ["4a", "1a", "1b", "2a", "2b"]
    assert all(min(limit.writes, limit.asks, limit.record, *limit.bars.values()) > 0 for limit in found)


def test_the_same_seed_gives_the_same_history():
    assert list(synthetic.tellings(3_000)) == list(synthetic.tellings(3_000))
    assert list(synthetic.tellings(3_000, seed=2)) != list(synthetic.tellings(3_000))


def test_no_amendment_in_the_history_is_one_that_would_be_refused():
    # One puts an act after its effect in a history of this size, that of seven rounds at ten thousand: the run broke off.
    told = {one.draft().event_id: one for batch in synthetic.tellings(21_350) for one in batch}
    for one in told.values():
        root = one
        while root.kind.startswith("event-"):
            root = told[root.fields["event"]]
        fields = {**root.fields, **(one.fields.get("changes") or {} if root is not one else {})}
        on = one.fields.get("date", root.on) if root is not one else root.on
        root._replace(on=on, fields=fields).draft()  # raises what an append would


def test_the_history_has_the_shape_it_promises():
    told = [one for batch in synthetic.tellings(10_000) for one in batch]
    assert len(told) == len({one.draft().event_id for one in told}) == 10_000
    amended = sum(one.kind.startswith("event-") for one in told) / len(told)
    once = [one for one in told if not one.kind.startswith("event-") and "/" not in one.on]
    imprecise = sum(re.fullmatch(r"\d{4}-\d\d-\d\d", one.on) is None for one in once) / len(once)
    acts = [one for one in told if "treaty" in one.fields and "state" in one.fields]
    per_treaty = len(acts) / len({one.fields["treaty"] for one in acts})
    assert (0.01 < amended < 0.03, 0.08 < imprecise < 0.2, 20 < per_treaty < 250) == (True, True, True)


def test_growth_is_drawn(tmp_path):
    pytest.importorskip("altair", reason="the bench extra is not installed")
    plot = pytest.importorskip("plot")
    figure = {
        "number": "3",
        "what": "read all",
        "unit": "events/s",
        "ours": 5,
        "bare": 9,
        "peer": None,
        "database": "sqlite",
    }
    kept = {size: {"figures": [figure]} for size in ("10000", "100000")}
    (tmp_path / "figures.json").write_text(json.dumps(kept))
    plot.main([str(tmp_path / "figures.json"), str(tmp_path / "growth.svg")])
    assert "read all" in (tmp_path / "growth.svg").read_text()
