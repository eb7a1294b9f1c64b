"""The register of states, as the people who type into it meet it.

Checked by hand against pycountry, rigour and countrycode when it was made; none of them is needed to run the record.
"""

import re
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from eventstore.states import UnknownState, state_code, states

FORMER_SOVIET = ("AM", "AZ", "BY", "EE", "GE", "KG", "KZ", "LT", "LV", "MD", "RU", "TJ", "TM", "UA", "UZ")


def words_of(code):
    state = states()[code]
    return [word for word in (state.state, state.alpha3, state.name, state.name_ru, *state.aliases) if word]


@pytest.mark.parametrize("text", ["RU", "ru", "RUS", "Russia", "russian federation", "Россия", "РОССИЯ", "РФ", "RSFSR"])
def test_russia_by_any_of_its_names(text):
    assert state_code(text) == "RU"


@pytest.mark.parametrize(
    "text", ["SUHH", "suhh", "SUN", "USSR", "U.S.S.R.", "the Soviet Union", "СССР", "Советский Союз"]
)
def test_the_ussr_is_not_russia(text):
    assert state_code(text) == "SUHH"


def test_the_ussr_and_russia_have_in_common_only_the_number_of_the_datasets():
    ussr, russia = states()["SUHH"], states()["RU"]
    assert (ussr.cow, ussr.gw) == (russia.cow, russia.gw) == (365, 365)
    assert (ussr.alpha3, ussr.wikidata) == ("SUN", "Q15180")
    assert (russia.alpha3, russia.wikidata) == ("RUS", "Q159")
    assert (ussr.valid_from, ussr.valid_to) == ("1922-12-30", "1991-12-26")
    assert not {word.casefold() for word in words_of("SUHH")} & {word.casefold() for word in words_of("RU")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Byelorussia", "BY"),
        ("Белоруссия", "BY"),
        ("Byelorussian SSR", "BYAA"),
        ("БССР", "BYAA"),
        ("Kirghizia", "KG"),
        ("Киргизия", "KG"),
        ("Kyrgyz Republic", "KG"),
        ("Moldavia", "MD"),
        ("Republic of Moldova", "MD"),
        ("Туркмения", "TM"),
        ("  uzbekistan ", "UZ"),
        ("the Ukraine", "UA"),
        ("turkiye", "TR"),
        ("Turkey", "TR"),
        ("Cote d’Ivoire", "CI"),
        ("guinea bissau", "GW"),
        ("Trinidad & Tobago", "TT"),
        ("NA", "NA"),  # Namibia: spreadsheets read its code as "not available"
        ("Югославия", "YUCS"),
        ("GDR", "DDDE"),
        ("Burma", "MM"),
    ],
)
def test_older_and_other_names(text, code):
    assert state_code(text) == code


def test_a_misspelt_name_gets_a_proposal():
    with pytest.raises(UnknownState) as refusal:
        state_code("Azerbajan")
    assert str(refusal.value) == "no state is called 'Azerbajan'. Did you mean AZ (Azerbaijan)?"
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize(
    ("text", "code"), [("Kirgyzstan", "KG"), ("Белорусь", "BY"), ("Kazachstan", "KZ"), ("Тажикистан", "TJ")]
)
def test_the_likeliest_is_proposed_first_in_either_language(text, code):
    with pytest.raises(UnknownState, match=rf"Did you mean {code} \("):
        state_code(text)


def test_half_a_name_gets_every_state_that_bears_it():
    with pytest.raises(UnknownState, match=r"Did you mean KP \(North Korea\), KR \(South Korea\)\?"):
        state_code("Korea")


@pytest.mark.parametrize("text", ["", "Atlantis", "XX", "Korea", "Virgin Islands", "SU-BY", "365", "Ukrainian SSR"])
def test_what_names_no_state_or_more_than_one_is_refused(text):
    with pytest.raises(UnknownState, match="no state is called"):
        state_code(text)


def test_every_word_of_the_register_leads_to_one_state():
    # Counted here anew: the module would silently give a word of two states to one of them.
    owners = defaultdict(set)
    for code in states():
        for word in words_of(code):
            owners[word.casefold()].add(code)
            assert state_code(word) == state_code(word.upper()) == state_code(word.lower()) == code, word
    assert {word: codes for word, codes in owners.items() if len(codes) > 1} == {}


def test_codes_are_unique_and_well_formed():
    register = states().values()
    for field, form in [("state", "[A-Z]{2}|[A-Z]{4}"), ("alpha3", "[A-Z]{3}"), ("wikidata", "Q[1-9][0-9]*")]:
        values = [getattr(state, field) for state in register]
        assert len(values) == len(set(values)), field
        assert all(re.fullmatch(form, value) for value in values), field
    assert list(states()) == sorted(states())


def test_only_the_known_states_share_a_number_of_a_dataset():
    shared = {}
    for field in ("cow", "gw"):
        by_number = defaultdict(list)
        for state in states().values():
            if getattr(state, field) is not None:
                by_number[getattr(state, field)].append(state.state)
        shared[field] = {number: codes for number, codes in by_number.items() if len(codes) > 1}
    assert shared == {
        "cow": {345: ["CSXX", "RS", "YUCS"], 365: ["RU", "SUHH"]},
        "gw": {345: ["CSXX", "YUCS"], 365: ["RU", "SUHH"]},
    }


def test_all_of_iso_3166_1_and_the_states_that_are_gone():
    gone = {code for code in states() if len(code) == 4}
    assert gone == {"BYAA", "CSHH", "CSXX", "DDDE", "SUHH", "YDYE", "YUCS"}
    assert len(states()) - len(gone) == 249
    assert {state.state for state in states().values() if state.valid_to} == gone


@pytest.mark.parametrize("code", FORMER_SOVIET)
def test_every_former_soviet_republic_is_complete(code):
    state = states()[code]
    assert all((state.alpha3, state.name, state.name_ru, state.cow, state.gw, state.wikidata))
    assert state.valid_to == ""
    assert "1991" <= state.valid_from < "1992"
    assert re.search("[А-я]", state.name_ru)


def test_the_names_the_project_uses():
    assert [states()[code].name for code in ("BY", "RU", "MD", "KG", "SUHH")] == [
        "Belarus",
        "Russia",
        "Moldova",
        "Kyrgyzstan",
        "USSR",
    ]
    assert [states()[code].name_ru for code in ("BY", "RU", "MD", "KG", "SUHH")] == [
        "Беларусь",
        "Россия",
        "Молдова",
        "Кыргызстан",
        "СССР",
    ]


def test_dates_are_days_in_order():
    for state in states().values():
        for day in (state.valid_from, state.valid_to):
            assert not day or date.fromisoformat(day).isoformat() == day
        assert not state.valid_to or state.valid_from < state.valid_to


def test_nobody_can_alter_the_register():
    with pytest.raises(TypeError):
        states()["RU"] = states()["SUHH"]


def test_importing_it_reads_nothing():
    code = "import sys, eventstore.states as s; print('csv' in sys.modules, 'difflib' in sys.modules, s._exact)"
    root = Path(__file__).parents[1]
    told = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False False {}"
