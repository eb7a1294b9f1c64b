"""How the four houses say what they say alike: an act with its footnotes, a consent, a doubt, a withdrawal, a count."""

import re
from collections.abc import Callable, Iterable

from projections.interval import Row
from projections.status_table.layout import Cell
from projections.status_table.standings import Standing
from projections.status_table.writing import Writing

BOUND = ("party", "withdrawing")  # the statuses of a state that the treaty binds


class Signs(Writing):
    """The signs of one style in one language for the status of a treaty on a day (ISO).

    `by_signature`: whether signature binds to the treaty.
    """

    def __init__(self, style: str, language: str, day: str, *, by_signature: bool) -> None:
        super().__init__(style, language)
        self.day, self.by_signature = day, by_signature

    def act(self, standing: Standing | None, column: str, after: str = "") -> Cell:
        """The date of an act with what is to be said of it."""
        text = standing.row[column] if standing else None
        if standing is None or not text:
            return Cell()
        notes = []
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            notes.append(self.word("imprecise", text))
        if claims := standing.claims.get(column):
            said = "; ".join(self.word(what, self.date(date), sources) for what, date, sources in claims)
            notes.append(self.word("disputed", said))
        return Cell(self.date(text) + after, tuple(notes))

    def consent(self, standing: Standing, letters: Callable[[Row], str]) -> Cell:
        """By what and when a state bound itself; its own ratification where nothing else is known."""
        for column in ("deposited", "acceded"):
            if standing.row[column]:
                return self.act(standing, column, letters(standing.row))
        cell = self.act(standing, "ratified")
        return cell._replace(notes=(*cell.notes, self.word("own-act"))) if cell.text else cell

    def doubts(self, standing: Standing) -> list[str]:
        """What is not certain of the standing as a whole."""
        notes = list[str]()
        row = standing.row
        if standing.status in BOUND and not (
            row["deposited"] or row["acceded"] or row["ratified"] or self.by_signature
        ):
            notes.append(self.word("how-unknown"))
        if not standing.certain:
            could = [self.status(status) for status in standing.statuses]
            nothing = "" if standing.whole else f" {self.word('or-nothing')}"
            notes.append(self.word("possible", " / ".join(could) + nothing))
        elif standing.row["disputed"] and not standing.claims:
            notes.append(self.word("status-disputed"))
        return notes

    def leaving(self, standing: Standing) -> list[str]:
        """The notice of withdrawal and its effect."""
        row = standing.row
        notes = list[str]()
        if row["withdrawal_notified"]:
            notes.append(self.word("notice", self._marked(standing, "withdrawal_notified")))
        if row["status"] == "withdrawn":
            when = self._marked(standing, "withdrawn") if row["withdrawn"] else self.date(row["since"])
            notes.append(self.word("left", when))
            if row["withdrawn"] and row["since"] != row["withdrawn"]:
                notes.append(self.word("effect", self.date(row["since"])))
        elif row["withdrawal_effective_on"]:
            notes.append(self.word("effect", self.date(row["withdrawal_effective_on"])))
        return notes

    def provisional(self, standing: Standing) -> list[str]:
        """Since when the treaty is applied provisionally."""
        applied = standing.row["provisionally_applied"]
        return [self.word("provisional", self._marked(standing, "provisionally_applied"))] if applied else []

    def _marked(self, standing: Standing, column: str) -> str:
        cell = self.act(standing, column)
        return " ".join((cell.text, *(f"({note.rstrip('.')})" for note in cell.notes)))

    def texts(self, standing: Standing) -> list[str]:
        """Reservations and declarations."""
        row = standing.row
        said = [self.word("reservation", text) for text in (row["reservations"] or "").splitlines()]
        return said + [self.word("declaration", text) for text in (row["declarations"] or "").splitlines()]

    def head(self, about: Row) -> list[str]:
        """What stands above the table: title, place and date, entry into force."""
        title = (about.get("title_ru") if self.ru else None) or about["title"]
        # The record names places in English.
        place = f"{about['place']}, " if about.get("place") and not self.ru else ""
        adopted = self.word("adopted") + f": {place}{self.date(about['occurred'])}" if about.get("occurred") else ""
        force = f"{self.word('in-force')}: {self.date(about['in_force'])}" if about["in_force"] else ""
        return [line for line in (title, adopted, force) if line]

    def counted(self, standings: Iterable[Standing], holds: Callable[[Standing, str], bool]) -> str:
        """How many states a condition holds for, and with those for which it only may: 5 or 5–6."""
        standings = list(standings)
        surely = sum(s.whole and all(holds(s, status) for status in s.statuses) for s in standings)
        maybe = sum(any(holds(s, status) for status in s.statuses) for s in standings)
        return str(surely) if surely == maybe else f"{surely}–{maybe}"
