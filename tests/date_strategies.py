"""Dates for the property tests of this record: EDTF texts between 1991 and 2026.

`days` gives single days, `points` whatever happened once (with both bounds known), `spans` whatever lasted.
"""

from datetime import date

from hypothesis import strategies as st

FIRST_DAY, LAST_DAY = date(1991, 1, 1), date(2026, 12, 31)

_QUALIFIERS = st.sampled_from("?~%")


def days() -> st.SearchStrategy[str]:
    """A day: 1991-12-21."""
    return st.dates(FIRST_DAY, LAST_DAY).map(date.isoformat)


def months() -> st.SearchStrategy[str]:
    """A month: 1991-12."""
    return days().map(lambda day: day[:7])


def years() -> st.SearchStrategy[str]:
    """A year: 1991."""
    return days().map(lambda day: day[:4])


def plain() -> st.SearchStrategy[str]:
    """A day, month or year (EDTF level 0)."""
    return st.one_of(days(), months(), years())


def unspecified() -> st.SearchStrategy[str]:
    """Digits left open from the right: 1991-12-XX, 1991-XX, 1991-XX-XX, 200X."""
    return st.one_of(
        months().map(lambda month: f"{month}-XX"),
        years().map(lambda year: f"{year}-XX"),
        years().map(lambda year: f"{year}-XX-XX"),
        st.sampled_from(["200X", "201X"]),  # the decades that lie wholly between 1991 and 2026
    )


def seasons() -> st.SearchStrategy[str]:
    """A season, quarter, third or half of a year; to 2025, for a winter ends in the year after."""
    return st.builds(lambda year, part: f"{year}-{part}", st.integers(1991, 2025), st.integers(21, 41))


def qualified() -> st.SearchStrategy[str]:
    """Doubtful, approximate or both, as a whole: 1994?, 1994-05~, 1994-05-09%."""
    return st.builds(lambda text, mark: text + mark, plain(), _QUALIFIERS)


def partly_qualified() -> st.SearchStrategy[str]:
    """One component doubtful, approximate or both: ?1994, 1994-~05, 1994?-05-09."""

    def mark(text: str, component: int, sign: str, after: bool) -> str:
        components = text.split("-")
        chosen = component % len(components)
        components[chosen] = components[chosen] + sign if after else sign + components[chosen]
        return "-".join(components)

    return st.builds(mark, plain(), st.integers(0, 2), _QUALIFIERS, st.booleans())


def one_of() -> st.SearchStrategy[str]:
    """One of a set, closed at both ends: [1993-12-03,1993-12-09], [1992,1994], [1993-12..1994-02]."""
    listed = st.lists(plain(), min_size=1, max_size=4).map(lambda texts: f"[{','.join(texts)}]")
    ranged = st.tuples(plain(), plain()).map(sorted).map(lambda ends: f"[{ends[0]}..{ends[1]}]")
    return st.one_of(listed, ranged)


def open_sets() -> st.SearchStrategy[str]:
    """One of a set, open at one end: [..1993-12-09], [1993..]."""
    return st.one_of(plain().map(lambda text: f"[..{text}]"), plain().map(lambda text: f"[{text}..]"))


def points() -> st.SearchStrategy[str]:
    """Something that happened once, on some day from 1991 to 2026, known precisely or not. Days come up most."""
    return st.one_of(days(), days(), plain(), unspecified(), seasons(), qualified(), partly_qualified(), one_of())


def closed_spans() -> st.SearchStrategy[str]:
    """Something that lasted, with both ends: 2003-09-18/2003-09-19, 1991/1991-12, 1993?/1994."""
    return st.builds(
        lambda ends, marks: "/".join(end + mark for end, mark in zip(sorted(ends), marks, strict=True)),
        st.tuples(plain(), plain()),
        st.tuples(st.sampled_from(["", "", "?", "~"]), st.sampled_from(["", "", "?", "~"])),
    )


def spans() -> st.SearchStrategy[str]:
    """Something that lasted, with both ends or with one of them open or unknown: also 1994/.., /1994."""
    endless = st.one_of(*(plain().map(form.format) for form in ("{}/..", "{}/", "../{}", "/{}")))
    return st.one_of(closed_spans(), closed_spans(), endless)
