"""When something happened: dates in EDTF, with the days they may mean.

EDTF is ISO 8601-2:2019, Annex A; the text followed is the Library of Congress's specification of 4 February 2019, in
whose words the features are named here. It asks every implementation to state what it supports:

    Level 0  date, time interval; not: date and time (the record keeps days)
    Level 1  seasons, qualification of a date, unspecified digits from the right, extended interval;
             not: letter-prefixed and negative years (years run from 0001 to 9999)
    Level 2  one of a set; qualification of single components; sub-year groupings; qualified and unspecified ends of an
             interval; not: all of a set, exponential years, significant digits, X in other places

The standard defines the forms and says little of the days they cover. Here:

    1991-12-21  1991-12  1991          that day; some day of that month, of that year
    199X  19XX  1991-XX  1991-12-XX    some day of that decade, century, year, month
    1991-21                            21-24 spring to winter, 25-28 the same said of the north, 29-32 of the south,
                                       33-36 quarters, 37-39 thirds, 40-41 halves. Spring is March to May; winter begins
                                       in the year named: 1991-24 is December 1991 to February 1992
    1994?  1994~  1994%                doubtful, approximate, both. The bounds stay, for nobody says how near "near" is.
                                       Also before one component (1994-?12) or after some (1994?-12)
    [1993-12-03,1993-12-09]            on one of these; [a..b] within a to b, [..b] by b, [a..] from a on
    2003-09-18/2003-09-19              it lasted; 1994/.. and ../1994 leave an end open, 1994/ and /1994 unknown

Packages exist and are oracles in the tests, not used here: `edtf` lets an unknown end last ten years and stretches
approximate dates, `undate` knows neither sets nor seasons, and both are far too slow to load with every command.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

_LONGEST = 100  # characters; longer text is refused before any work is done on it
_CACHED = 1 << 14  # texts; more than there are days since 1991

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# What may follow the year: its first month and how many months it covers.
_PARTS_OF_YEAR = {
    **{f"{month:02}": (month, 1) for month in range(1, 13)},
    **{"21": (3, 3), "22": (6, 3), "23": (9, 3), "24": (12, 3)},  # spring, summer, autumn, winter
    **{"25": (3, 3), "26": (6, 3), "27": (9, 3), "28": (12, 3)},  # in the northern hemisphere
    **{"29": (9, 3), "30": (12, 3), "31": (3, 3), "32": (6, 3)},  # in the southern hemisphere
    **{"33": (1, 3), "34": (4, 3), "35": (7, 3), "36": (10, 3)},  # quarters
    **{"37": (1, 4), "38": (5, 4), "39": (9, 4)},  # thirds
    **{"40": (1, 6), "41": (7, 6)},  # halves
}


def _qualified(digits: str) -> str:
    return f"(?:[?~%](?:{digits})|(?:{digits})[?~%]?)"


_YEAR = _qualified("[0-9]{4}|[0-9]{3}X|[0-9]{2}XX")
_PART = _qualified("[0-9]{2}|XX")
_DATE = re.compile(f"{_YEAR}(?:-{_PART}(?:-{_PART})?)?")
_WITHOUT_QUALIFIERS = str.maketrans("", "", "?~%")


class DateError(ValueError):
    """The text is not a date of this record; the message says what is wrong and what to write instead."""


class _UnknownFormError(DateError):
    """This part of the text has none of the forms; `parse` puts it into words."""


class When(NamedTuple):
    """When something happened. Every bound is a day, 'YYYY-MM-DD', and lies within; such strings sort as days do."""

    text: str
    """As written."""
    lasts: bool
    """True for an interval: it lasted. False for all else: it happened once, on some day within the bounds."""
    first: str | None
    """The earliest day on which it may have happened or begun; None if open or unknown."""
    last: str | None
    """The latest day on which it may have happened or ended; None if open or unknown, which is not "never"."""
    start_latest: str | None
    """The latest day on which it may have begun. `last` where it happened once or the start is open or unknown."""
    end_earliest: str | None
    """The earliest day on which it may have ended. `first` where it happened once or the end is open or unknown."""


@lru_cache(maxsize=_CACHED)
def parse(text: str) -> When:
    """Read a date in any form of the table above.

    Raises DateError for anything else, for days that no calendar has, and for what ends before it begins.
    """
    if _is_day(text):
        return When(text, False, text, text, text, text)
    if len(text) > _LONGEST:
        raise DateError(f"this date is {len(text)} characters long; {_LONGEST} are allowed: {text[:20]!r}...")
    try:
        return _read(text)
    except DateError as error:
        raise DateError(_explain(text, error)) from None


def last_day(text: str) -> str:
    """The last day of a day, month or year (EDTF Level 0, date): what "as of" means.

    Raises DateError for every other form, for it names no one day, month or year.
    """
    when = parse(text)
    if when.last is None or re.fullmatch("[0-9]{4}(?:-[01][0-9](?:-[0-9]{2})?)?", text) is None:
        raise DateError(f"{text!r} is not one day, month or year; write it as {_FORMS}")
    return when.last


def shift(day: str, *, years: int = 0, months: int = 0, days: int = 0) -> str:
    """Count from a day: first years and months, then days.

    A month without that day gives its last: 31 January and one month is the last of February, as terms of notice are
    counted (European Convention on the Calculation of Time-Limits, 1972, article 4). Raises DateError if `day` is not
    'YYYY-MM-DD' and outside the years 0001 to 9999.
    """
    if not _is_day(day):
        raise DateError(f"{day!r} is not a day; write it as '1991-12-21'")
    year, month = divmod((int(day[:4]) + years) * 12 + int(day[5:7]) - 1 + months, 12)
    try:
        shifted = date(year, month + 1, min(int(day[8:]), _days_in(year, month + 1))) + timedelta(days)
    except (ValueError, OverflowError):
        raise DateError(f"counted from {day}, the day falls outside the years 0001 to 9999") from None
    return shifted.isoformat()


def _is_day(text: str) -> bool:
    """The fast path. With both hyphens in place, the standard library reads nothing but a real YYYY-MM-DD."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _read(text: str) -> When:
    if text != text.strip():
        raise _UnknownFormError(text)
    if text.startswith("{"):
        raise DateError(
            f"{text!r} means all of these dates; record an event for each, or write '[a,b]' if it was one of them"
        )
    if text.startswith("["):
        first, last = _one_of(text)
    elif "/" in text:
        return _interval(text)
    else:
        first, last = _date(text)
    return When(text, False, first, last, start_latest=last, end_earliest=first)


def _interval(text: str) -> When:
    """Time interval (Level 0) and extended interval (Levels 1 and 2)."""
    start, _, end = text.partition("/")
    if "/" in end or any(re.fullmatch("[0-9]{1,2}", half) for half in (start, end)):
        raise _UnknownFormError(text)  # as 12/21/1991 or 1991/12
    first, start_latest = _half(start)
    end_earliest, last = _half(end)
    if first is None and last is None:
        raise DateError(f"{text!r} has neither a start nor an end; write at least one, such as '1994/..' or '../1994'")
    if first is not None and last is not None and last < first:
        raise DateError(f"{text!r} ends before it starts; write the earlier date first")
    # Whatever is unknown, it did not begin after it ended: each end bounds the other.
    start_latest = min(day for day in (start_latest, last) if day is not None)
    end_earliest = max(day for day in (end_earliest, first) if day is not None)
    return When(text, True, first, last, start_latest, end_earliest)


def _half(text: str) -> tuple[str, str] | tuple[None, None]:
    """One end of an interval: nothing means unknown, two dots open."""
    return (None, None) if text in ("", "..") else _date(text)


def _one_of(text: str) -> tuple[str | None, str | None]:
    """Set representation, one of a set (Level 2)."""
    if not text.endswith("]") or "/" in text:
        raise DateError(f"{text!r} is not a set; write one as '[1991,1993]', '[1991..1993]', '[..1993]' or '[1991..]'")
    elements = [_element(element, text) for element in text[1:-1].split(",")]
    firsts = [first for first, _ in elements if first is not None]
    lasts = [last for _, last in elements if last is not None]
    opens, closes = elements[0][0] is None, elements[-1][1] is None
    if len(firsts) + opens < len(elements) or len(lasts) + closes < len(elements):
        raise DateError(f"{text!r} has '..' in its middle; only the first date of a set and the last may be open")
    return None if opens else min(firsts), None if closes else max(lasts)


def _element(text: str, whole: str) -> tuple[str | None, str | None]:
    """One element of a set: a date, or dates joined by two dots, of which one may be missing."""
    start, dots, end = text.partition("..")
    if not dots:
        return _date(text)
    if not start and not end:
        raise DateError(f"{whole!r} has '..' without a date; write one, such as '[..1993]' or '[1991..]'")
    first = _date(start)[0] if start else None
    last = _date(end)[1] if end else None
    if first is not None and last is not None and last < first:
        raise DateError(f"{whole!r} ends before it starts; write the earlier date first")
    return first, last


def _date(text: str) -> tuple[str, str]:
    """The first and last day of a date (Level 0), qualified, seasonal or with unspecified digits (Levels 1 and 2)."""
    if _DATE.fullmatch(text) is None:
        raise _UnknownFormError(text)
    plain = text.translate(_WITHOUT_QUALIFIERS)
    components = plain.count("-") + 1
    while plain.endswith("-XX"):  # some month of a year, some day of a month: the bounds are those of the whole
        plain = plain[:-3]
    year, _, rest = plain.partition("-")
    if year.replace("X", "0") == "0000":
        raise DateError(f"{text!r} is not a date: years run from 0001 to 9999")
    if not rest:
        return f"{year.replace('X', '0')}-01-01", f"{year.replace('X', '9')}-12-31"
    if "X" in plain:
        raise _UnknownFormError(text)
    part, _, day = rest.partition("-")
    if part not in _PARTS_OF_YEAR or (components == 3 and part > "12"):
        raise DateError(f"{text!r} is not a date: there is no month {part}")
    return _day(text, int(year), int(part), int(day)) if day else _months(text, int(year), *_PARTS_OF_YEAR[part])


def _day(text: str, year: int, month: int, day: int) -> tuple[str, str]:
    length = _days_in(year, month)
    if not 1 <= day <= length:
        raise DateError(f"{text!r} is not a date: {_MONTHS[month - 1]} {year} has {length} days")
    same = f"{year:04}-{month:02}-{day:02}"
    return same, same


def _months(text: str, year: int, month: int, count: int) -> tuple[str, str]:
    years, before = divmod(month + count - 2, 12)  # winter ends in the next year
    last_year, last_month = year + years, before + 1
    if last_year > 9999:
        raise DateError(f"{text!r} is not a date: it ends after the year 9999")
    last = f"{last_year:04}-{last_month:02}-{_days_in(last_year, last_month)}"
    return f"{year:04}-{month:02}-01", last


# What follows runs only when something is wrong, and makes the message worth reading.

_FORMS = "'1991-12-21', '1991-12' or '1991'"

# Letters and dashes that keyboards and word processors put in place of X and -, among them the Cyrillic Kha.
_LOOKALIKES = str.maketrans("xХх‐‑‒–—−", "XXX------")

_TIMED = "([0-9-]{10})[T ][0-9][0-9:.,Z+-]*"  # 1991-12-21T17:00

# Common ways to write dates, and the EDTF for them.
_REWRITINGS = (
    ("([0-9]{4})([0-9]{2})([0-9]{2})", r"\1-\2-\3"),  # 19911221
    (_TIMED, r"\1"),
    ("([0-9]{3})0s", r"\1X"),  # 1990s
    (r"(?:c\.|ca|ca\.|circa|about)(.*)", r"\1~"),  # c. 1994
    (r"(.*)(?:\?~|~\?)", r"\1%"),  # 1994?~ (EDTF before 2019)
    ("(.*)/(?:open|now|present)", r"\1/.."),  # 1994/open (EDTF before 2019)
    ("(.*)/unknown", r"\1/"),
    ("([0-9]{4}.*)-([0-9]{4}.*)", r"\1/\2"),  # 1991-1993
    ("([0-9]{2})([0-9]{2})[-/]([0-9]{2})", r"\1\2/\1\3"),  # 1991-93
    ("(.*-)([0-9]{2})/([0-9]{2})", r"\1\2/\1\3"),  # 1991-12-21/22
    (r"(.+)\.\.(.+)", r"\1/\2"),  # 1991..1993: it lasted, or ...
    (r"(.*\.\..*)", r"[\1]"),  # ... it happened once
    ("(.*,.*)", r"[\1]"),  # 1991,1993
)


def _explain(text: str, error: DateError) -> str:
    """The error with what to write instead: what the writer seems to mean, or else the plain forms."""
    meant = _meant(text)
    if not isinstance(error, _UnknownFormError):
        return f"{error}; write {meant}" if meant else str(error)
    part = str(error)
    if meant or not part:
        subject = text
    else:
        subject, meant = part, _meant(part)
    reason = _reason(part)
    advice = f"; write {meant}" if meant else "" if reason else f"; write a day, month or year as {_FORMS}"
    return f"{subject!r} is not a date{reason}{advice}"


def _reason(text: str) -> str:
    """Why the text is not a date, where its look tells."""
    if re.fullmatch(_TIMED, text):
        return ": the record keeps days, not times of day"
    if re.fullmatch("-[0-9].*|Y.*|[0-9]{5}(?:-.*)?", text):
        return ": years run from 0001 to 9999"
    if re.fullmatch("[0-9X?~%-]*X[0-9X?~%-]*", text):
        return (
            ": X stands only for last digits, as in '199X', '19XX', '1991-XX' and '1991-12-XX'; "
            "write anything else as a set, such as '[1991-10..1991-12]'"
        )
    if re.fullmatch(r"[\[{]\S*", text):
        return ": a set stands alone, not within an interval or a set"
    return ""


def _meant(text: str) -> str:
    """The dates that the writer may have meant, in quotes; empty if there is none."""
    meant = (guess for guess in _guesses(text) if guess != text and _reads(guess))
    return " or ".join(dict.fromkeys(map(repr, meant)))


def _reads(text: str) -> bool:
    try:
        _read(text)
    except DateError:
        return False
    return len(text) <= _LONGEST


def _guesses(text: str) -> Iterator[str]:
    tidy = text.translate(_LOOKALIKES).strip()
    close = "".join(tidy.split())
    yield from (tidy, close, close.replace("-00", "-XX"), *_from_numbers(tidy), *_from_words(tidy))
    for pattern, instead in _REWRITINGS:
        for variant in (tidy, close):
            if match := re.fullmatch(pattern, variant):
                yield match.expand(instead)


def _from_numbers(text: str) -> Iterator[str]:
    """The numbers of 1993-1-2, 21.12.1991, 12/21/1991 or 12.1991, year first; in both orders if either may be meant."""
    numbers = [number.zfill(2) for number in re.split("[-./ ]+", text)]
    if len(numbers) not in (2, 3):
        return
    if len(numbers[0]) == 4:
        yield "-".join(numbers)
    if len(numbers[-1]) == 4:
        yield "-".join(reversed(numbers))
        yield "-".join((numbers[-1], *numbers[:-1]))


def _from_words(text: str) -> Iterator[str]:
    """21 December 1991, December 21, 1991 and Dec. 1991."""
    match = re.fullmatch(r"(?:([0-9]{1,2}) )?([A-Za-z]{3,9})\.? (?:([0-9]{1,2}), )?([0-9]{4})", text)
    if match is None:
        return
    before, word, after, year = match.groups()
    for number, month in enumerate(_MONTHS, 1):
        if month.startswith(word.capitalize()):
            yield "-".join((year, f"{number:02}", *(day.zfill(2) for day in (before, after) if day)))
