"""State-years from days: a tiny history, a panel by a rule, the codes that political scientists expect."""

import pytest
from cli_runs import cis
from histories import WORLD, asked, corrected, fact, given

from projections.criteria import belonging
from projections.membership import members
from projections.panel import MEMBER_CODES, rows

TODAY = "2026-11-22"


def codes(database, rule, *years, unit="state-year", everyone=False, today=TODAY):
    """state year: code, with the possible codes where it is not settled."""
    with asked(database) as views:
        found = list(rows(views, unit, "cis", rule, years, today, everyone))
    return {
        f"{row['state']} {row['year']}{_month(row)}": (
            row["code"] if row["possible_codes"] is None else f"{row['code']} ({row['possible_codes']})"
        )
        for row in found
    }


def _month(row):
    return f"-{row['month']:02}" if "month" in row else ""


GEORGIA = fact("state-joined", "1993-12", organisation="cis", state="GE")
LEFT = fact("state-withdrew", "2009-08-18", organisation="cis", state="GE")
TURKMENIA = fact("state-joined", "1991-12-21", organisation="cis", state="TM")
LOOSER = fact("state-status-changed", "2005-08-26", organisation="cis", state="TM", status="associate")
MONGOLIA = fact("state-joined", "2010", organisation="cis", state="MN", status="observer")


def test_each_rule_reads_the_year_in_its_own_way(database):
    given(database, *WORLD, TURKMENIA, LOOSER)
    years = ("TM 2004", "TM 2005", "TM 2006")
    told = {rule: codes(database, rule, 2004, 2006) for rule in ("first-day", "last-day", "any-day", "share")}
    assert {rule: [found.get(year) for year in years] for rule, found in told.items()} == {
        "first-day": [1, 1, None],  # the last thing recorded is of August 2005: the log says nothing of 2006
        "last-day": [1, None, None],
        "any-day": [1, 1, None],
        "share": [1, 1, None],
    }


def test_a_standing_that_is_only_possible_is_never_a_code(database):
    given(database, *WORLD, GEORGIA, fact("statement-made", "1995-12-31", text="The horizon.", states=["GE"]))
    assert codes(database, "last-day", 1992, 1994) == {"GE 1992": 0, "GE 1993": 1, "GE 1994": 1}
    assert codes(database, "share", 1993, 1993, unit="state-month")["GE 1993-12"] == "-9 (0 1)"
    given(database, MONGOLIA, fact("statement-made", "2012-12-31", text="The horizon.", states=["MN"]))
    assert {k: v for k, v in codes(database, "first-day", 2010, 2011).items() if k < "N" and k > "M"} == {
        "MN 2010": "-9 (0 3)",
        "MN 2011": 3,
    }


def test_a_standing_that_a_later_act_dates_better_is_a_code_from_the_better_day_on(database):
    given(database, *WORLD, GEORGIA, fact("state-joined", "1993-12-03", organisation="cis", state="GE"), LEFT)
    assert codes(database, "share", 1993, 1993, unit="state-month")["GE 1993-12"] == 1


def test_who_may_have_belonged_on_just_half_of_the_days_has_no_settled_code_by_share(database):
    # Of the thirty days of June it was outside on fifteen, and a member on up to fifteen: at a tie the stronger counts.
    joined = fact("state-joined", "[1995-06-16..1995-06-20]", organisation="cis", state="GE")
    given(database, *WORLD, joined, fact("statement-made", "1995-06-30", text="The horizon.", states=["GE"]))
    assert codes(database, "share", 1995, 1995, unit="state-month")["GE 1995-06"] == "-9 (0 1)"
    given(database, corrected(joined, date="1995-06-16"))
    assert codes(database, "share", 1995, 1995, unit="state-month")["GE 1995-06"] == 1


def test_shares_of_days_are_given_certain_and_possible(database):
    given(database, *WORLD, GEORGIA, fact("statement-made", "1994-06-30", text="The horizon.", states=["GE"]))
    with asked(database) as views:
        found = {row["year"]: row for row in rows(views, "state-year", "cis", "any-day", (1993, 1994), TODAY)}
    # certain on 31 December alone, possible on 31 days of December
    assert (found[1993]["share_certain"], found[1993]["share_possible"]) == (round(1 / 365, 4), round(31 / 365, 4))
    assert (found[1994]["share_certain"], found[1994]["days"]) == (1.0, 181)


def test_before_the_organisation_is_not_the_same_as_outside_it(database):
    given(database, *WORLD, GEORGIA, LEFT, fact("organisation-dissolved", "2020-06-01", organisation="cis"))
    given(database, fact("statement-made", "2022-01-01", text="The horizon.", states=["GE"]))
    found = codes(database, "last-day", 1990, 2021, everyone=True)
    assert [found[f"MN {year}"] for year in (1990, 1991, 2019, 2020)] == [-1, 0, 0, -1]
    assert [found[f"GE {year}"] for year in (2008, 2009)] == [1, 0]


def test_a_state_that_was_not_there_has_no_row_and_365_stands_once_a_year(database):
    given(database, *WORLD, GEORGIA)
    with asked(database) as views:
        found = list(rows(views, "state-year", "cis", "any-day", (1990, 1992), TODAY, True))
    assert [(row["state"], row["year"]) for row in found if row["cow"] == 365] == [
        ("SUHH", 1990),
        ("RU", 1991),
        ("RU", 1992),
    ]
    assert [row["year"] for row in found if row["state"] == "GE"] == [1991, 1992]
    assert [row["year"] for row in found if row["state"] == "SUHH"] == [1990, 1991]


def test_nothing_is_said_of_days_after_the_horizon_or_after_today(database):
    given(database, *WORLD, GEORGIA, LEFT)
    assert max(codes(database, "any-day", 2008, 2026)) == "GE 2009"
    assert max(codes(database, "last-day", 2000, 2026)) == "GE 2008"
    assert max(codes(database, "any-day", 2000, 2026, today="2003-05-01")) == "GE 2003"


def test_a_change_of_status_on_an_unknown_day_leaves_the_code_certain(database):
    charter = fact("treaty-ratified", "1994", treaty="charter", state="BY")
    given(database, *WORLD, fact("treaty-signed", "1991-12-08", treaty="belovezha", state="BY"), charter)
    assert codes(database, "first-day", 1994, 1994) == {"BY 1994": 1}


def test_a_panel_is_as_known_then(database):
    given(database, *WORLD, GEORGIA)
    given(database, corrected(GEORGIA, date="1994-03-01"), MONGOLIA)
    with asked(database, known_at=10) as views:
        then = {row["year"]: row["code"] for row in rows(views, "state-year", "cis", "last-day", (1993, 1993), TODAY)}
    assert then == {1993: 1}
    assert codes(database, "last-day", 1993, 1993)["GE 1993"] == 0


def test_a_treaty_year_counts_its_parties(database):
    signed = [fact("treaty-signed", "1993-01-22", treaty="charter", state=state) for state in ("AM", "BY")]
    given(database, *WORLD, *signed, fact("instrument-deposited", "1993-06-01", treaty="charter", state="AM"))
    given(database, fact("treaty-entered-into-force", "1994-01-22", treaty="charter"))
    given(database, fact("treaty-in-force-for-state", "1995", treaty="charter", state="BY"))
    with asked(database) as views:
        found = [
            row
            for row in rows(views, "treaty-year", None, "any-day", (1992, 1995), TODAY)
            if row["treaty"] == "charter"
        ]
    assert [(row["year"], row["code"], row["parties"], row["parties_possible"], row["states"]) for row in found] == [
        (1993, 0, 0, 0, None),
        (1994, 1, 1, 1, "AM"),
        (1995, 1, 2, 2, "AM BY"),
    ]


# -- by which test ---------------------------------------------------------------------------------------------------------------

UKRAINE = (
    fact("treaty-signed", "1991-12-08", treaty="belovezha", state="UA"),
    fact("treaty-ratified", "1992-06", treaty="belovezha", state="UA"),
    fact("participation-ceased", "2018-05-19", organisation="cis", state="UA"),
    fact("statement-made", "2019-12-31", text="The horizon.", states=["UA"]),
)


def by(database, criterion, *years, rule="last-day"):
    with asked(database) as views:
        found = list(rows(views, "state-year", "cis", rule, years, TODAY, criterion=criterion))
    return {row["year"]: (row["code"], row["status"]) for row in found if row["state"] == "UA"}


def test_each_criterion_has_its_own_code(database):
    given(database, *WORLD, *UKRAINE)
    assert by(database, "declared", 1991, 1992) == {1991: (1, "founding-state"), 1992: (1, "founding-state")}
    assert by(database, "agreement", 1991, 1992) == {1991: (0, "signed"), 1992: (1, "ratified")}
    assert by(database, "charter", 1991, 1992) == {1991: (0, "neither"), 1992: (0, "neither")}
    assert by(database, "practice", 2017, 2018) == {2017: (1, "founding-state"), 2018: (0, "ceased")}


def test_a_ratification_on_an_unknown_day_leaves_the_code_open(database):
    given(database, *WORLD, *UKRAINE)
    with asked(database) as views:
        found = list(rows(views, "state-month", "cis", "last-day", (1992, 1992), TODAY, criterion="agreement"))
        middle = next(rows(views, "state-year", "cis", "share", (1992, 1992), TODAY, criterion="agreement"))
    assert [row["code"] for row in found] == [0] * 5 + [1] * 7
    assert (middle["share_certain"], middle["share_possible"]) == (round(185 / 366, 4), round(214 / 366, 4))


def test_combined_sets_the_codes_side_by_side_and_says_where_they_differ(database):
    given(database, *WORLD, *UKRAINE)
    with asked(database) as views:
        found = list(rows(views, "state-year", "cis", "last-day", (1991, 2019), TODAY, criterion="combined"))
    told = {
        row["year"]: [row[c] for c in ("declared", "agreement", "charter", "practice", "contested")] for row in found
    }
    assert told[1991] == [1, 0, 0, 1, True]  # it had only signed
    assert told[1992] == [1, 1, 0, 1, False]  # there was no charter yet to be asked about
    assert told[1993] == [1, 1, 0, 1, False]  # its year was not over
    assert told[1994] == [1, 1, 0, 1, True]
    assert told[2018] == [1, 1, 0, 0, True]


def test_the_command_says_by_which_test(database):
    given(database, *WORLD, *UKRAINE)
    words = ("panel", "state-year", "--organisation", "cis", "--rule", "last-day", "--from", "2018", "--to", "2018")
    ran = cis(database, *words, "--criterion", "practice")
    assert ran.out.splitlines()[1].split() == ["2018", "UA", "369", "0", "0.38", "ceased", "ceased"]
    assert ran.err.startswith("A state belongs if it takes part, whatever it has ratified")
    ran = cis(database, *words, "--criterion", "combined", "--format", "csv")
    assert ran.out.splitlines()[0] == (
        "organisation,state,name,iso3,cow,gw,year,declared,agreement,charter,practice,contested,days,status,disputed,events"
    )


# -- the command ---------------------------------------------------------------------------------------------------------------


def test_the_command_gives_csv_with_the_codes_and_says_its_rule_and_horizon(database):
    given(database, *WORLD, GEORGIA, LEFT)
    ran = cis(
        database,
        "panel",
        "state-year",
        "--organisation",
        "cis",
        "--rule",
        "last-day",
        "--from",
        "2007",
        "--format",
        "csv",
    )
    head, *lines = ran.out.splitlines()
    assert head == (
        "organisation,state,name,iso3,cow,gw,year,code,certainty,possible_codes,share_certain,share_possible,days,"
        "status,practice,disputed,events"
    )
    assert [line.split(",")[:8] for line in lines] == [
        ["cis", "GE", "Georgia", "GEO", "372", "372", y, "1"] for y in ("2007", "2008")
    ]
    assert "2 rows, rule last-day; known at position 11" in ran.err
    assert "Nothing is said of days after 2009-08-18, the horizon of the log." in ran.err


CIS = ("state-year", "--organisation", "cis", "--rule", "share")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("state-year", "--rule", "share"), "A state-year panel is about one organisation: name it with --organisation."),
        ((*CIS[:2], "ciss", *CIS[3:]), "--organisation: there is no organisation 'ciss'\n  Did you mean cis?"),
        (("state-year", "--organisation", "cis"), "Missing option '--rule'"),
        ((*CIS, "--from", "2011"), "--from 2011: the log says nothing after 2010-12-31, its horizon"),
        ((*CIS, "--from", "1995", "--to", "1994"), "The panel ends (1994) before it begins (1995)."),
        (("treaty-year", "--rule", "share", "--all-states"), "--all-states has no effect on a treaty-year panel."),
        (
            ("treaty-year", "--rule", "share", "--criterion", "charter"),
            "--criterion has no effect on a treaty-year panel.",
        ),
        (
            ("state-year", "--organisation", "union", "--rule", "share", "--criterion", "charter"),
            "--criterion charter: The record knows no charter of union: by this test nobody can belong.",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_panel_is_refused_in_words(words, said, empty_sqlite):
    union = fact("organisation-founded", "1994-01-01", organisation="union", name="Union")
    given(empty_sqlite, *WORLD, MONGOLIA, union)
    ran = cis(empty_sqlite, "panel", *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_an_empty_record_makes_no_panel(empty_sqlite):
    ran = cis(empty_sqlite, "panel", "treaty-year", "--rule", "share")
    assert (ran.status, ran.err) == (
        2,
        "the log is empty, so there is nothing to tabulate\n  cis init loads the history.\n",
    )


# -- against the as-of query, which knows nothing of panels --------------------------------------------------------------------


@pytest.mark.parametrize("organisation", ["cis", "csto", "eaeu", "eurasec", "economic-union", "cis-customs-union"])
def test_on_the_whole_history_the_last_day_of_every_year_is_what_members_says_of_it(organisation, history):
    with asked(history) as views:
        panel = list(rows(views, "state-year", organisation, "last-day", (1991, 2025), TODAY))
        for year in range(1991, 2026):
            told = {row["state"]: row for row in members(views, f"{year}-12-31", organisation)}
            for row in (row for row in panel if row["year"] == year):
                said = told.get(row["state"])
                if said is not None and said["certainty"] == "certain":
                    assert row["code"] == MEMBER_CODES[said["status"]], row
                elif said is None:
                    assert row["code"] in (0, -1, -9), row
                else:
                    assert str(MEMBER_CODES[said["status"]]) in (
                        str(row["code"]),
                        *(row["possible_codes"] or "").split(),
                    ), row
            assert {row["state"] for row in panel if row["year"] == year} >= set(told)


@pytest.mark.parametrize("criterion", ["agreement", "charter", "practice", "combined"])
def test_by_every_criterion_the_last_day_of_a_year_is_what_members_says_of_it(criterion, history):
    with asked(history) as views:
        panel = list(rows(views, "state-year", "cis", "last-day", (1991, 2025), TODAY, criterion=criterion))
        for year in range(1991, 2026):
            told = {row["state"]: row for row in belonging(views, f"{year}-12-31", "cis", criterion)}
            for row in (row for row in panel if row["year"] == year):
                said = told.get(row["state"])
                if criterion == "combined":
                    assert row["contested"] == (said is not None and said["contested"]), row
                elif said is None or said.get("by") == "signed":
                    assert row["code"] == 0, row
                elif said["certainty"] == "possible":
                    assert row["code"] == -9, row
                else:
                    assert row["code"] == (MEMBER_CODES[said["status"]] if criterion == "practice" else 1), row
