"""The register of states: what a state is called, when it was one, and under which codes others file it.

`states.csv` holds every entry of ISO 3166-1 and seven states that no longer exist, under their four-letter codes of
ISO 3166-3: the USSR, the Byelorussian SSR, Czechoslovakia, Yugoslavia, Serbia and Montenegro, East Germany and South
Yemen. A cell is empty where no source was found. Bodies without an ISO 3166-1 code (Kosovo, Abkhazia, South Ossetia)
and the dependencies and mere renamings of ISO 3166-3 have no row; a name that the same state bore earlier (Burma,
Zaire) leads to its present code.

**The USSR (SUHH) is not Russia (RU)**, and they share no code of ISO, no name and no Wikidata item. Correlates of War
and Gleditsch-Ward, though, each have a single number, 365, for both: "Russia" and "Russia (Soviet Union)", one
unbroken state since 1816. So 365 stands on both rows because the sources have it so, and a number of theirs without a
date does not tell which of the two is meant. Likewise 345 is Yugoslavia, Serbia and Montenegro, and in Correlates of
War Serbia too. The Byelorussian SSR has no number of either; 370 is independent Belarus.

ISO gave a retired code to the Byelorussian SSR only. The names of the other union republics are therefore refused, not
read as their successors; but RSFSR is read as RU, since that is how Russia signed in December 1991 before its renaming.

`valid_from` and `valid_to` are half-open like all intervals of the record: the first day, and the first day no more.
They say when a dataset counts a state as independent and must never be a reason to refuse an event: Armenia and Georgia
begin here on 21 December 1991, months after they declared independence.

- `valid_from` is the entry into the Gleditsch-Ward list (for the last time, if a state was interrupted, as Estonia
  was), empty if it was there on the list's first day, 1816-01-01. Russia: its renaming on 25 December 1991 (World
  Factbook), the list having no such break. Rwanda: Correlates of War, for Gleditsch-Ward has day and month swapped.
- `valid_to` is the day after the last one in the Gleditsch-Ward list. USSR, both dates: Archontology. Byelorussian SSR:
  proclaimed 31 July 1920 (Wikipedia), renamed 19 September 1991 (Reuters). Yugoslavia becomes Serbia and
  Montenegro on 4 February 2003 (Wikipedia).

Sources of the other columns:

- codes and withdrawn codes: the iso-codes lists in pycountry
- Wikidata items: datasets/country-codes and OpenSanctions rigour, the former where they differ (Denmark, Svalbard);
  Yugoslavia as a whole: OpenSanctions nomenklatura
- names: UN terminology and M49 in datasets/country-codes, Unicode CLDR, iso-codes, rigour, the World Factbook, the
  lists below; Белоруссия, Киргизия, Молдавия, Туркмения: the Russian government's list of 1995 (Kommersant)
- numbers: the Correlates of War state system of 2016 and the Gleditsch-Ward list to 2020, as packaged in
  andybega/states and svmiller/isard, which agree; matched to ISO with the help of countrycode, except where it gives
  the Holy See the number of the Papal States (gone in 1870), Vietnam that of Annam, and Serbia, Yemen and the
  microstates none in one of the two
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple


class State(NamedTuple):
    """One state. Text that no source gave is empty, a number that none gave is None."""

    state: str  # our id: ISO 3166-1 alpha-2, or four letters of ISO 3166-3 for a state that no longer exists
    alpha3: str
    name: str
    name_ru: str
    cow: int | None  # Correlates of War
    gw: int | None  # Gleditsch-Ward
    wikidata: str
    valid_from: str
    valid_to: str
    aliases: tuple[str, ...]


class UnknownState(ValueError):
    """No state is known by that code or name; the message proposes the nearest."""

    def __init__(self, text: str) -> None:
        self.text = text
        near = ", ".join(f"{code} ({states()[code].name})" for code in _near(text))
        advice = f"Did you mean {near}?" if near else "Give an ISO 3166-1 code, such as BY, or the state's usual name."
        super().__init__(f"no state is called {text!r}. {advice}")


@cache
def states() -> Mapping[str, State]:
    """Every state by its id, in the order of the ids; read once, at the first call."""
    import csv
    from importlib.resources import files

    text = files(__package__).joinpath("states.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            row["state"]: State(
                state=row["state"],
                alpha3=row["alpha3"],
                name=row["name"],
                name_ru=row["name_ru"],
                cow=int(row["cow"]) if row["cow"] else None,
                gw=int(row["gw"]) if row["gw"] else None,
                wikidata=row["wikidata"],
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                aliases=tuple(row["aliases"].split(";")) if row["aliases"] else (),
            )
            for row in csv.DictReader(text.splitlines())
        }
    )


def state_name(code: str) -> str:
    """The English name of a state by its id; the id itself where there is no such state."""
    entry = states().get(code)
    return entry.name if entry is not None else code


# Every id, code and name as it is written in the register. Filled at the first miss, so that an id costs one look-up
# in a dictionary and an import reads no file.
_exact: dict[str, str] = {}


def state_code(text: str) -> str:
    """The id of the state that `text` names: a code, a name or an alias, in English or Russian, in any case."""
    try:
        return _exact[text]
    except KeyError:
        return _found(text)


def _found(text: str) -> str:
    if not _exact:
        _exact.update({word: state.state for state in states().values() for word in _words(state)})
    try:
        return _folded()[_fold(text)]
    except KeyError:
        raise UnknownState(text) from None


def _words(state: State) -> tuple[str, ...]:
    words = (state.state, state.alpha3, state.name, state.name_ru, *state.aliases)
    return tuple(word for word in words if word)


@cache
def _folded() -> dict[str, str]:
    return {_fold(word): state.state for state in states().values() for word in _words(state)}


_PUNCTUATION = str.maketrans({**dict.fromkeys("’‘ʼ`", "'"), **dict.fromkeys("-‐‑–—_,", " "), ".": None, "&": " and "})


def _fold(text: str) -> str:
    """`text` without what people vary: case, accents (so ё is е), dots, hyphens, blanks and a leading "the"."""
    from unicodedata import combining, normalize

    bare = "".join(char for char in normalize("NFKD", text.casefold()) if not combining(char))
    return " ".join(bare.translate(_PUNCTUATION).split()).removeprefix("the ")


@lru_cache(maxsize=1_000)  # a batch may misspell the same name in each of its entries
def _near(text: str) -> list[str]:
    """The ids of at most three states with a name like `text`, the likest first.

    Not errors.did_you_mean: it returns the words found, and a misspelt name is best answered with a code and a name.
    """
    from difflib import get_close_matches

    wrong = _fold(text)
    # Codes are short enough to resemble anything: they are proposed only to one who typed something as short.
    names = [word for word in _folded() if len(word) > 3 or len(wrong) <= 3]
    words = get_close_matches(wrong, names, n=9, cutoff=0.75)
    if not words and len(wrong) > 3:  # "Korea": a part of names, and of more than one state
        words = [word for word in names if f" {wrong} " in f" {word} "]
    return list(dict.fromkeys(_folded()[word] for word in words))[:3]
