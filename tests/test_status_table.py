"""The status of a treaty as four depositaries print it, from one record."""

import pytest
from cli_runs import cis
from histories import BELOVEZHA, FOUNDED, asked, disputed, fact, given, source

from projections.status_table import matrix, sheet

CHARTER = fact(
    "treaty-adopted",
    "1993-01-22",
    treaty="charter",
    title="Charter",
    title_ru="Устав",
    organisation="cis",
    place="Minsk",
)
MEMBERS = [
    fact("state-joined", "1991-12-21", organisation="cis", state=state) for state in ("AM", "BY", "GE", "KZ", "UZ")
]


def act(kind, on, state, **fields):
    return fact(kind, on, treaty="charter", state=state, **fields)


ACTS = (
    act("treaty-signed", "1993-01-22", "AM"),
    act("instrument-deposited", "1994-03-16", "AM", instrument="ratification", reservation="Not article 3."),
    act("treaty-signed", "1993-01-22", "BY"),
    act("treaty-ratified", "1994-01-18", "BY"),
    act("treaty-acceded", "1993-12", "GE"),
    act("treaty-in-force-for-state", "1994-02-01", "GE"),
    act("treaty-withdrawal-notified", "2008-08-18", "GE", effective="2009-08-18"),
    act("treaty-signed", "1993-01-22", "KZ"),
    act("treaty-provisionally-applied", "1993-02-01", "KZ"),
    fact("treaty-entered-into-force", "1994-01-22", treaty="charter"),
    act("treaty-in-force-for-state", "1994-03-16", "AM"),
)


@pytest.fixture
def record(database):
    given(database, FOUNDED, BELOVEZHA, CHARTER, source("other", "press"), *MEMBERS, *ACTS)
    return database


def printed(record, style, day="2010-01-01", language="en"):
    """The rows as people see them, cells joined by |, and the footnotes."""
    with asked(record) as views:
        found = sheet(views, "charter", day, style, language)
    rows, notes = found.noted()
    return ["|".join(row.values()) for row in rows], notes, found


def test_a_notice_of_withdrawal_pending_or_taken_back_leaves_the_day_of_entry_into_force(database):
    states = ("AM", "KZ", "UZ")
    noticed = [act("treaty-withdrawal-notified", "1995-03-01", state, effective="1997-03-01") for state in states[:2]]
    given(
        database,
        FOUNDED,
        BELOVEZHA,
        CHARTER,
        *(act("instrument-deposited", "1993-12-01", state, instrument="ratification") for state in states),
        fact("treaty-entered-into-force", "1994-01-22", treaty="charter"),
        *noticed,
        act("treaty-withdrawal-revoked", "1996-03-01", "AM"),
        act("treaty-withdrawn", "1995-01-01", "UZ"),
        act("treaty-acceded", "1996-01-01", "UZ", effective="1996-02-01"),
    )
    _, _, found = printed(database, "coe", "1996-06-01")
    assert [row["entry_into_force"].text for row in found.rows] == ["22/01/1994", "22/01/1994", "01/02/1996"]
    _, _, found = printed(database, "coe", "1998-01-01")
    assert [row["entry_into_force"].text for row in found.rows] == ["22/01/1994", "22/01/1994", "01/02/1996"]


def test_what_is_disputed_of_a_day_to_come_is_no_footnote_of_the_day_that_stands_before_it(database):
    of_state = fact("treaty-in-force-for-state", "1995-03-01", treaty="charter", state="AM")
    given(
        database,
        FOUNDED,
        BELOVEZHA,
        CHARTER,
        source("weak", "encyclopedia"),
        act("instrument-deposited", "1993-12-01", "AM", instrument="ratification"),
        fact("treaty-entered-into-force", "1994-01-22", treaty="charter"),
        of_state,
        disputed(of_state, citing="weak", date="1995-05-20"),
    )
    for day, shown, notes in (("1994-12-31", "22/01/1994", 0), ("1995-12-31", "01/03/1995", 1)):
        _, _, found = printed(database, "coe", day)
        assert [(row["entry_into_force"].text, len(row["entry_into_force"].notes)) for row in found.rows] == [
            (shown, notes)
        ]


def test_the_un_treaty_collection_brackets_who_left_and_tells_it_in_a_footnote(record):
    rows, notes, found = printed(record, "untc")
    assert rows == [
        "Armenia¹|22 Jan 1993|16 Mar 1994",
        "Belarus|22 Jan 1993|18 Jan 1994²",
        "[Georgia]³ ⁴||Dec 1993(a)⁵",
        "Kazakhstan⁶|22 Jan 1993|",
    ]
    assert notes == [
        "¹ Reservation: Not article 3.",
        "² Ratified by its own act; no deposit is known.",
        "³ Notice of withdrawal: 18 Aug 2008.",
        "⁴ Withdrew: 18 Aug 2009.",
        "⁵ The date is known only as 1993-12.",
        "⁶ Applied provisionally from 1 Feb 1993.",
    ]
    assert found.head == [
        "Charter",
        "Adopted: Minsk, 22 Jan 1993",
        "Entry into force: 22 Jan 1994",
        "Signatories: 3. Parties: 1.",
        "Status as of 1 Jan 2010",
    ]


def test_the_same_treaty_on_an_earlier_day_shows_only_what_was_done_by_then(record):
    rows, notes, found = printed(record, "untc", "1993-12-15")
    assert rows == [
        "Armenia|22 Jan 1993|",
        "Belarus|22 Jan 1993|",
        "Georgia¹||Dec 1993(a)²",
        "Kazakhstan³|22 Jan 1993|",
    ]
    assert notes[0] == "¹ Not certain on this day: consent-given or nothing yet."
    assert "Entry into force: 22 Jan 1994" not in found.head


def test_the_entry_into_force_is_given_as_it_is_known_best(record):
    given(record, act("treaty-in-force-for-state", "1994", "BY"))
    assert "Entry into force: 22 Jan 1994" in printed(record, "untc")[2].head


def test_the_council_of_europe_crosses_reservations_and_gives_two_totals(record):
    rows, _, found = printed(record, "coe")
    assert rows[0] == "Armenia|22/01/1993|16/03/1994|16/03/1994|X¹|"
    assert rows[2] == "Georgia³ ⁴||12/1993 a⁵|01/02/1994||"
    assert [heading for _, heading in found.columns] == [
        "State",
        "Signature",
        "Ratification",
        "Entry into force",
        "R.",
        "D.",
    ]
    assert found.head[-1] == "Status as of: 01/01/2010"
    assert found.foot == [
        "Total number of signatures not followed by ratifications: 1",
        "Total number of ratifications/accessions: 2",
    ]


def test_the_hague_conference_empties_the_cells_of_who_left_and_tells_of_it_below(record):
    rows, notes, found = printed(record, "hcch")
    assert rows[0] == "Armenia|22-I-1993|16-III-1994|R|16-III-1994|Res¹"
    assert rows[2] == "Georgia³ ⁴ ⁵|||||"
    assert notes[2:5] == [
        "³ Notice of withdrawal: 18-VIII-2008.",
        "⁴ Withdrew: 18-VIII-2009.",
        "⁵ Until then: R/A/S XII-1993; EIF 1-II-1994.",
    ]
    assert [heading for _, heading in found.columns] == ["State", "S", "R/A/S", "Type", "EIF", "Res/D"]


def test_the_annex_has_a_column_a_state_and_the_signs_of_the_executive_committee(record):
    _, notes, found = printed(record, "cis", language="ru")
    headings = [heading for _, heading in found.columns]
    assert headings == ["Стадия", "Армения", "Беларусь", "Грузия", "Казахстан", "Узбекистан"]
    assert [[cell.text for cell in row.values()] for row in found.rows] == [
        ["Подписание", "22.01.93", "22.01.93", "-", "22.01.93", "-"],
        ["Внутригосударственные процедуры", "16.03.94", "+", "×", "ВП", "-"],
        ["Вступление в силу", "16.03.94", "", "01.02.94", "", ""],
    ]
    assert found.head[0] == "Устав"
    assert "² Ратифицирован 18.01.94; о сдаче не известно." in notes


def test_a_disputed_date_says_who_claims_what_in_every_house(record):
    given(record, disputed(ACTS[1], citing="other", date="1994-04-16"))
    for style, form in (("untc", "16 Apr 1994"), ("coe", "16/04/1994"), ("hcch", "16-IV-1994"), ("cis", "16.04.94")):
        _, notes, _ = printed(record, style)
        assert any(note.endswith(f" Disputed: {form} according to other.") for note in notes), style


@pytest.mark.parametrize(
    ("style", "language", "date", "said"),
    [
        ("untc", "en", "1994-04-16", "16 Apr 1994"),
        ("untc", "ru", "1994-05-16", "16 мая 1994"),
        ("untc", "ru", "1994-04-16", "16 апр. 1994"),
        ("untc", "ru", "1994-05", "май 1994"),
        ("untc", "en", "1994-04-16?", "16 Apr 1994?"),
        ("untc", "en", "1994~", "c. 1994"),
        ("untc", "en", "[1994-04-16..1995-01]", "between 16 Apr 1994 and Jan 1995"),
        ("coe", "en", "[..1994-04-16]", "by 16/04/1994"),
        ("hcch", "en", "[1994-04-16..]", "not before 16-IV-1994"),
        ("cis", "ru", "[1994-04-16,1994-05-16]", "16.04.94 или 16.05.94"),
        ("untc", "ru", "[1994-04-16..1994-06-01]", "между 16 апр. 1994 и 1 июня 1994"),
        ("untc", "en", "199X", "199X"),
    ],
)
def test_a_date_is_written_as_the_house_writes_it_in_the_words_of_its_language(record, style, language, date, said):
    given(record, disputed(ACTS[1], citing="other", date=date))
    _, notes, _ = printed(record, style, language=language)
    by = "по данным" if language == "ru" else "according to"
    assert any(note.endswith(f": {said} {by} other.") for note in notes), notes


def test_the_annex_as_known_then_also_has_the_states_that_never_acted(record):
    given(record, fact("state-joined", "2005-01-01", organisation="cis", state="TJ"))
    now = cis(record, "treaty", "charter", "--style", "cis", "--as-of", "2010", "--format", "json")
    then = cis(record, "treaty", "charter", "--style", "cis", "--as-of", "2010", "--format", "json", "--known-at", "20")
    assert list(now.json[0]) == ["stage", "AM", "BY", "GE", "KZ", "TJ", "UZ", "notes"]
    assert list(then.json[0]) == ["stage", "AM", "BY", "GE", "KZ", "UZ", "notes"]


def test_what_is_only_possible_gets_no_sign_of_its_own(database):
    left = act("treaty-withdrawn", "2009", "GE")
    given(database, FOUNDED, BELOVEZHA, CHARTER, *ACTS[:6], left)
    rows, notes, _ = printed(database, "untc", "2009-06-01")
    assert rows[2].startswith("Georgia")
    assert any("Not certain on this day: party / withdrawn." in note for note in notes)
    _, _, annex = printed(database, "cis", "2009-06-01")
    assert annex.rows[1]["GE"].text == "12.1993"


def test_how_a_party_bound_itself_is_not_guessed(database):
    given(database, FOUNDED, BELOVEZHA, CHARTER, ACTS[0], act("treaty-in-force-for-state", "1994-02-01", "AM"))
    unknown = "A party; the date of its consent is not known."
    assert printed(database, "untc")[:2] == (["Armenia¹|22 Jan 1993|"], [f"¹ {unknown}"])
    assert printed(database, "hcch")[0] == ["Armenia¹|22-I-1993|||1-II-1994|"]
    assert printed(database, "cis")[2].rows[1]["AM"] == ("?", (unknown,))


def test_where_signature_binds_it_stands_as_definitive(database):
    binding = fact("treaty-adopted", "1993-01-22", treaty="charter", title="Charter", consent="signature")
    given(
        database,
        FOUNDED,
        BELOVEZHA,
        binding,
        ACTS[0],
        fact("treaty-entered-into-force", "1994-01-22", treaty="charter"),
    )
    assert printed(database, "untc")[0] == ["Armenia|22 Jan 1993(s)|"]
    assert printed(database, "hcch")[0] == ["Armenia|22-I-1993||S|22-I-1994|"]
    assert printed(database, "cis")[2].rows[1]["AM"] == ("22.01.93", ("Bound by signature.",))


def test_a_party_of_which_only_its_own_ratification_is_known_has_that_date(database):
    own = act("treaty-ratified", "1994-01-18", "BY")
    given(database, FOUNDED, BELOVEZHA, CHARTER, ACTS[2], own, act("treaty-in-force-for-state", "1994-02-01", "BY"))
    assert printed(database, "cis")[2].rows[1]["BY"].text == "18.01.94"


def test_the_matrix_of_a_state_has_a_row_a_treaty_and_a_date_a_stage(record):
    given(record, fact("treaty-signed", "1991-12-08", treaty="belovezha", state="BY"))
    with asked(record) as views:
        rows = matrix(views, "BY", "2010-01-01", "ru")
    assert [(row["treaty"], row["title"], row["status"], row["signed"], row["ratified"]) for row in rows] == [
        ("belovezha", "Agreement", "подписавшее", "1991-12-08", None),
        ("charter", "Устав", "согласие дано", "1993-01-22", "1994-01-18"),
    ]


# -- the commands --------------------------------------------------------------------------------------------------------------


def test_the_page_has_heading_table_and_footnotes(record):
    ran = cis(record, "treaty", "charter", "--style", "coe", "--as-of", "1993-12-15")
    assert ran.out == (
        "Charter\nAdopted: Minsk, 22/01/1993\nStatus as of: 15/12/1993\n\n"
        "State        Signature   Ratification\n"
        "Armenia      22/01/1993\n"
        "Belarus      22/01/1993\n"
        "Georgia¹                 12/1993 a²\n"
        "Kazakhstan³  22/01/1993\n\n"
        "Total number of signatures not followed by ratifications: 3\n"
        "Total number of ratifications/accessions: 0–1\n"
        "¹ Not certain on this day: consent-given or nothing yet.\n"
        "² The date is known only as 1993-12.\n"
        "³ Applied provisionally from 01/02/1993.\n"
    )
    assert ran.err.startswith("as of 1993-12-15, known at position ")


def test_long_footnotes_keep_to_the_page(record):
    given(record, *(source(f"a-source-with-a-long-name-{n}", "press") for n in range(3)))
    for n in range(3):
        given(record, disputed(ACTS[1], citing=f"a-source-with-a-long-name-{n}", date=f"1994-0{n + 4}"))
    out = cis(record, "treaty", "charter", "--style", "untc").out
    assert max(map(len, out.splitlines())) <= 80
    assert "\n  a-source-with-a-long-name" in out
    assert "\n  a-source" not in cis(record, "treaty", "charter", "--style", "untc", "--format", "markdown").out


def test_programs_get_the_rows_with_their_notes(record):
    ran = cis(record, "treaty", "charter", "--style", "untc", "--format", "json", "--as-of", "2010")
    assert ran.json[2] == {
        "participant": "[Georgia]",
        "signature": None,
        "ratification": "Dec 1993(a)",
        "notes": "Notice of withdrawal: 18 Aug 2008.\nWithdrew: 18 Aug 2009.\nThe date is known only as 1993-12.",
    }


def test_an_annex_of_many_states_goes_on_below_and_stays_within_the_page(database):
    many = [
        act("treaty-signed", "1993-01-22", s)
        for s in ("AM", "AZ", "BY", "KZ", "KG", "MD", "RU", "TJ", "TM", "UZ", "UA")
    ]
    given(database, FOUNDED, BELOVEZHA, CHARTER, *many)
    lines = cis(database, "treaty", "charter", "--style", "cis", "--as-of", "1993-12-31").out.splitlines()
    table = lines[: lines.index(next(line for line in lines if line.startswith("a date:")))]
    assert max(map(len, table)) <= 80
    assert sum(line.startswith("Stage") for line in table) == 3
    assert sum(line.count("22.01.93") for line in table) == 12  # eleven signatures, and the day of the adoption


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("treaty", "charter", "--language", "ru"), "--language has no effect without --style."),
        (("state", "AM", "--language", "ru"), "--language has no effect without --matrix."),
        (("treaty", "charter", "--style", "usa"), "'usa' is not one of 'untc', 'coe', 'hcch', 'cis'."),
        (("treaty", "chartre", "--style", "untc"), "there is no treaty 'chartre'\n  Did you mean charter?"),
    ],
)
def test_what_has_no_effect_or_is_not_known_is_refused(words, said, empty_sqlite):
    given(empty_sqlite, FOUNDED, BELOVEZHA, CHARTER)
    ran = cis(empty_sqlite, *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_treaty_that_nobody_joined_has_a_heading_and_no_rows(empty_sqlite):
    given(empty_sqlite, FOUNDED, BELOVEZHA, CHARTER)
    for style in ("untc", "coe", "hcch", "cis"):
        ran = cis(empty_sqlite, "treaty", "charter", "--style", style)
        assert (ran.status, ran.out.splitlines()[0]) == (0, "Charter"), style
        assert "None" not in ran.out
