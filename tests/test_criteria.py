"""Who belonged, by which test: a tiny history, a day, the tests side by side; and the contested states of the real history."""

import pytest
from cli_runs import cis
from histories import WORLD, asked, fact, given

from projections.criteria import CRITERIA, belonging


def side_by_side(database, day):
    """Of each state: declared, agreement, charter, practice; and `contested` where they do not say the same."""
    with asked(database) as views:
        rows = belonging(views, day, "cis")
    return {
        row["state"]: " | ".join(
            (row["declared"], row["agreement"], row["charter"], row["practice"], *["contested"] * row["contested"])
        )
        for row in rows
    }


def by(database, criterion, day):
    with asked(database) as views:
        rows = belonging(views, day, "cis", criterion)
    return {row["state"]: " ".join(filter(None, (row["certainty"], row["since"], row.get("by")))) for row in rows}


def signed(state, treaty="belovezha", on="1991-12-08"):
    return fact("treaty-signed", on, treaty=treaty, state=state)


def ratified(state, treaty="belovezha", on="1991-12-10"):
    return fact("treaty-ratified", on, treaty=treaty, state=state)


def test_a_state_that_passes_every_test_is_not_contested(database):
    given(database, *WORLD, signed("RU"), ratified("RU"), ratified("RU", "charter", "1993-04-15"))
    assert side_by_side(database, "2000-01-01") == {"RU": "member | ratified | yes | yes"}


def test_the_charter_is_a_test_only_once_it_is_adopted_and_open_for_its_year(database):
    given(database, *WORLD, signed("UA"), ratified("UA"))
    assert side_by_side(database, "1992-06-30") == {"UA": "founding-state | ratified | not adopted yet | yes"}
    assert side_by_side(database, "1994-01-21") == {"UA": "founding-state | ratified | open | yes"}
    assert side_by_side(database, "1994-01-22") == {"UA": "founding-state | ratified | no | yes | contested"}


def test_a_signature_alone_is_shown_as_such_and_contested(database):
    given(database, *WORLD, signed("AZ"))
    assert side_by_side(database, "1992-06-30") == {"AZ": "founding-state | signed | not adopted yet | yes | contested"}
    assert by(database, "agreement", "1992-06-30") == {"AZ": "certain 1991-12-08 signed"}


def test_practice_goes_its_own_way(database):
    given(database, *WORLD, signed("UA"), fact("participation-ceased", "2018-05-19", organisation="cis", state="UA"))
    assert side_by_side(database, "2019-01-01") == {"UA": "founding-state | signed | no | no | contested"}
    assert by(database, "practice", "2018-01-01") == {"UA": "certain 1991-12-08"}
    assert by(database, "practice", "2019-01-01") == {}


def test_who_has_left_passes_no_test_and_who_may_have_is_possible(database):
    given(
        database, *WORLD, signed("GE"), ratified("GE"), fact("state-withdrew", "2009", organisation="cis", state="GE")
    )
    assert side_by_side(database, "2009-06-30") == {
        "GE": "founding-state or former | possible | no | possible | contested"
    }
    assert side_by_side(database, "2010-01-01") == {"GE": "former | no | no | no"}


def test_an_imprecise_ratification_is_possible_until_its_last_day(database):
    given(database, *WORLD, signed("AM"), ratified("AM", "charter", "1993"))
    assert by(database, "charter", "1993-06-30") == {"AM": "possible 1993"}
    assert by(database, "charter", "1993-12-31") == {"AM": "certain 1993"}


def test_an_observer_is_asked_nothing(database):
    given(database, *WORLD, fact("state-joined", "1994-01-01", organisation="cis", state="MN", status="observer"))
    assert side_by_side(database, "1995-01-01") == {"MN": "observer | no | no | yes"}


def test_an_organisation_without_charter_has_nobody_by_it(database):
    founded = fact("organisation-founded", "1994-01-01", organisation="union", name="Union")
    given(database, *WORLD, founded, fact("state-joined", "1994-01-01", organisation="union", state="RU"))
    with asked(database) as views:
        assert belonging(views, "1995-01-01", "union", "charter") == []
        (row,) = belonging(views, "1995-01-01", "union")
    assert (row["agreement"], row["charter"], row["contested"]) == (None, None, False)


def test_who_names_no_organisation_is_told_of_all(database):
    founded = fact("organisation-founded", "1994-01-01", organisation="union", name="Union")
    given(database, *WORLD, founded, signed("AZ"), fact("state-joined", "1994", organisation="union", state="RU"))
    with asked(database) as views:
        for criterion, where in (
            ("combined", ["cis", "union"]),
            ("agreement", ["cis"]),
            ("declared", ["cis", "union"]),
        ):
            assert [row["organisation"] for row in belonging(views, "1995-01-01", None, criterion)] == where


def test_only_of_the_cis_is_it_argued_which_test_makes_a_member(database):
    """The treaty that founded another organisation was never open to those admitted later: they are not contested."""
    founded = fact(
        "organisation-founded", "1994-01-01", organisation="union", name="Union", founding_treaties=["belovezha"]
    )
    joined = fact("state-joined", "1994-01-01", organisation="union", state="AM")
    given(database, *WORLD, founded, joined)
    with asked(database) as views:
        (row,) = belonging(views, "1995-01-01", "union")
    assert (row["agreement"], row["contested"]) == ("no", False)
    given(database, fact("participation-ceased", "1996-01-01", organisation="union", state="AM"))
    with asked(database) as views:
        assert [row["contested"] for row in belonging(views, "1997-01-01", "union")] == [True]
    ran = cis(database, "members", "union", "--criterion", "agreement")
    assert ran.err.startswith(
        "Nothing found.\nA state is shown if it ratified or signed the treaties that founded union.\n"
    )
    ran = cis(database, "members", "union", "--criterion", "charter")
    assert "The record knows no charter of union: by this test nobody can belong.\n" in ran.err


def test_the_command_puts_a_test_and_says_what_it_is(database):
    given(database, *WORLD, signed("RU"), ratified("RU"), signed("AZ"))
    ran = cis(database, "members", "cis", "--criterion", "agreement", "--as-of", "1992", "--format", "json")
    assert [(row["state"], row["by"], row["since"]) for row in ran.json] == [
        ("AZ", "signed", "1991-12-08"),
        ("RU", "ratified", "1991-12-10"),
    ]
    assert ran.err.startswith(f"{CRITERIA['agreement'].words} [")
    table = cis(database, "members", "cis", "--criterion", "combined", "--as-of", "1992").out
    assert table.splitlines()[0].split() == [
        "state", "declared", "agreement", "charter", "practice", "contested",
    ]  # fmt: skip
    refused = cis(database, "members", "--former", "--criterion", "charter")
    assert (refused.status, "--former has an effect only with --criterion declared." in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("state", "day", "said"),
    [
        ("UA", "1992-06-30", "founding-state | ratified | not adopted yet | yes"),
        ("UA", "2010-12-31", "founding-state | ratified | no | yes | contested"),
        ("UA", "2019-12-31", "founding-state | ratified | no | no | contested"),
        ("TM", "2000-12-31", "founding-state | ratified | no | yes | contested"),
        ("TM", "2006-12-31", "associate | ratified | no | yes | contested"),
        ("GE", "1993-12-15", "member | ratified | possible | possible | contested"),
        ("AZ", "1992-06-30", "founding-state | signed | not adopted yet | yes | contested"),
        ("AZ", "1993-06-30", "observer | signed | no | yes | contested"),
        ("MD", "1993-06-30", "founding-state | signed | open | yes | contested"),
        ("MD", "1994-12-31", "member | ratified | yes | yes"),
    ],
)
def test_the_contested_states_side_by_side(history, state, day, said):
    assert side_by_side(history, day)[state] == said
