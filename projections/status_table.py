"""The status of a treaty on any day in the house styles of four depositaries, all from one view: `treaty_party`.

- `untc`, the UN Treaty Collection: who signed, and who ratified with a letter for what was deposited; a state that left stands
  in brackets, its notice in a footnote.
- `coe`, the Council of Europe's chart: signature, ratification, entry into force, a cross for reservations (R.) and
  declarations (D.), two totals and the day of the status.
- `hcch`, the Hague Conference: S, R/A/S, Type, EIF, Res/D; a state that left keeps its name over empty cells, told of below;
- `cis`, the annex of the CIS Executive Committee: a column a state; where the state completed its internal procedures the date,
  `+` signed and not completed, `-` not signed, `ВП` (PA) applied provisionally. What the annex leaves out has a row of its own
  (signature, entry into force) or its own mark: × for a state that left.

Where these forms have no sign for something (an imprecise date, a dispute, a standing that is only possible on that day, a
ratification whose deposit is not known) a footnote says it. Forms of dates: 22 Jan 1993, 22/01/1993, 22-I-1993, 22.01.93.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, literal, select

from eventstore.states import states
from projections.interval import Row, certainty_on, holds_on
from projections.membership import membership
from projections.registers import treaty
from projections.timeline import dispute, timeline
from projections.treaty_party import parties, treaty_party
from projections.treaty_status import treaty_status

STYLES = ("untc", "coe", "hcch", "cis")
LANGUAGES = ("en", "ru")

_ACTS = {  # kinds of event, and the column of the view that holds their date
    "treaty-signed": "signed",
    "treaty-ratified": "ratified",
    "instrument-deposited": "deposited",
    "treaty-acceded": "acceded",
    "treaty-provisionally-applied": "provisionally_applied",
    "treaty-in-force-for-state": "in_force",
    "treaty-withdrawal-notified": "withdrawal_notified",
    "treaty-withdrawn": "withdrawn",
}
_WORDS = {  # what is printed, in English and Russian
    "participant": ("Participant", "Участник"),
    "state": ("State", "Государство"),
    "signature": ("Signature", "Подписание"),
    "untc": (
        "Ratification, Acceptance(A), Approval(AA), Accession(a), Completed procedures(n)",
        "Ратификация, принятие(A), утверждение(AA), присоединение(a), выполнение процедур(n)",
    ),
    "ratification": ("Ratification", "Ратификация"),
    "in-force": ("Entry into force", "Вступление в силу"),
    "procedures": ("Internal procedures", "Внутригосударственные процедуры"),
    "stage": ("Stage", "Стадия"),
    "adopted": ("Adopted", "Принят"),
    "status-as-of": ("Status as of", "По состоянию на"),
    "signatories": ("Signatories", "Подписавшие"),
    "parties": ("Parties", "Участники"),
    "not-followed": ("Total number of signatures not followed by ratifications", "Подписаний без ратификации"),
    "ratifications": ("Total number of ratifications/accessions", "Ратификаций и присоединений"),
    "PA": ("PA", "ВП"),
    "legend": (
        "a date: internal procedures completed; +: signed, not completed; -: not signed; PA: applied provisionally; "
        "×: left; ?: completed on a day not known",
        "дата: внутригосударственные процедуры выполнены; +: не завершены; -: не подписан; ВП: временно применяется; "
        "×: вышло; ?: дата выполнения не известна",
    ),
    "between": ("between {0} and {1}", "между {0} и {1}"),
    "by": ("by {0}", "не позднее {0}"),
    "since": ("not before {0}", "не ранее {0}"),
    "one-of": ("{0} or {1}", "{0} или {1}"),
    "doubtful": ("{0}?", "{0}?"),
    "about": ("c. {0}", "ок. {0}"),
    "imprecise": ("The date is known only as {0}.", "Дата известна только как {0}."),
    "disputed": ("Disputed: {0}.", "Оспаривается: {0}."),
    "says": ("{0} according to {1}", "{0} по данным {1}"),
    "denied": ("did not happen according to {1}", "не было по данным {1}"),
    "otherwise": ("otherwise according to {1}", "иначе по данным {1}"),
    "status-disputed": ("The standing is disputed.", "Статус оспаривается."),
    "possible": ("Not certain on this day: {0}.", "На эту дату не установлено: {0}."),
    "or-nothing": ("or nothing yet", "или ещё ничего"),
    "own-act": (
        "Ratified by its own act; no deposit is known.",
        "Ратифицирован внутренним актом; о сдаче не известно.",
    ),
    "own-act-on": ("Ratified on {0}; no deposit is known.", "Ратифицирован {0}; о сдаче не известно."),
    "by-signature": ("Bound by signature.", "Обязательность выражена подписанием."),
    "how-unknown": ("A party; the date of its consent is not known.", "Участник; дата выражения согласия не известна."),
    "notice": ("Notice of withdrawal: {0}.", "Уведомление о выходе: {0}."),
    "effect": ("Takes effect: {0}.", "Вступает в силу: {0}."),
    "left": ("Withdrew: {0}.", "Вышло: {0}."),
    "had": ("Until then: {0}.", "До этого: {0}."),
    "provisional": ("Applied provisionally from {0}.", "Временно применяется с {0}."),
    "reservation": ("Reservation: {0}", "Оговорка: {0}"),
    "declaration": ("Declaration: {0}", "Заявление: {0}"),
}
_MONTHS = (
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ("янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек."),
)
# With its day a month stands in the genitive: 15 мая, 20 апр.
_MONTHS_OF = (
    _MONTHS[0],
    tuple({"март": "марта", "май": "мая", "июнь": "июня", "июль": "июля"}.get(m, m) for m in _MONTHS[1]),
)
_IMPRECISE = {  # forms of EDTF, and the word that they stand for
    r"\[([^.,]+)\.\.([^.,]+)\]": "between",
    r"\[\.\.([^.,]+)\]": "by",
    r"\[([^.,]+)\.\.\]": "since",
    r"\[([^.,]+),([^.,]+)\]": "one-of",
    r"([^?~%\[\]/]+)[?%]": "doubtful",
    r"([^?~%\[\]/]+)~": "about",
}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_STATUSES = {
    "signatory": "подписавшее",
    "consent-given": "согласие дано",
    "provisionally-applying": "временно применяет",
    "party": "участник",
    "withdrawing": "выходит",
    "withdrawn": "вышло",
}
_BOUND = ("party", "withdrawing")
_LETTERS = {"acceptance": "A", "approval": "AA", "accession": "a", "completed-procedures": "n"}
_TYPES = {"acceptance": "AC", "approval": "AP", "accession": "A", "completed-procedures": "N"}


class Cell(NamedTuple):
    """What stands in a cell, and what its footnotes say."""

    text: str = ""
    notes: tuple[str, ...] = ()


class Sheet(NamedTuple):
    """A status table: what stands above it, its columns (key and heading), its rows by key, and what stands below."""

    head: list[str]
    columns: list[tuple[str, str]]
    rows: list[dict[str, Cell]]
    foot: list[str]

    def plain(self) -> Iterator[Row]:
        """The rows for programs: the text of each cell, and all notes of the row in `notes`."""
        for row in self.rows:
            notes = dict.fromkeys(note for cell in row.values() for note in cell.notes)
            yield {key: row[key].text or None for key, _ in self.columns} | {"notes": "\n".join(notes) or None}

    def noted(self) -> tuple[list[Row], list[str]]:
        """The rows for people, with the numbers of footnotes, and the footnotes."""
        numbers = dict[str, int]()
        shown = list[Row]()
        for row in self.rows:
            texts = {}
            for key, _ in self.columns:
                marks = [numbers.setdefault(note, len(numbers) + 1) for note in row[key].notes]
                texts[key] = row[key].text + " ".join(map(_raised, marks))
            shown.append(texts)
        return shown, [f"{_raised(number)} {note}" for note, number in numbers.items()]


def _raised(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


class Standing(NamedTuple):
    """Where one state stands on the day, with what is disputed of its acts (by column)."""

    name: str
    row: Row  # the last that may hold; its dates are those of the acts as far as they can have been done
    statuses: tuple[str, ...]
    certain: bool
    whole: bool  # whether it certainly has some standing
    claims: dict[str, list[tuple[str, str | None, str]]]

    @property
    def status(self) -> str:
        """Its status, if that is certain; what is only possible gets no sign, only a footnote."""
        return self.statuses[0] if self.certain else ""


def sheet(views: Connection, name: str, day: str, style: str, language: str) -> Sheet:
    """The status of a treaty on a day (ISO) in one of `STYLES` and `LANGUAGES`."""
    about = _about(views, name, day)
    page = _Page(style, language, day)
    page.by_signature = about.get("consent") == "signature"
    found = _standings(views, name, day, page)
    if style == "cis":
        return page.annex(about, _in_columns(views, about, day, found, page))
    ordered = sorted(found.values(), key=lambda standing: standing.name)
    return {"untc": page.untc, "coe": page.coe, "hcch": page.hcch}[style](about, ordered)


def _about(views: Connection, name: str, day: str) -> Row:
    registered = select(treaty).where(treaty.c.treaty == name).order_by(treaty.c.occurred_from, treaty.c.event_id)
    about = dict(views.execute(registered).mappings().first() or {"treaty": name, "title": name})
    force = (
        select(func.min(treaty_status.c.since))
        .where(treaty_status.c.treaty == name, treaty_status.c.status == "in-force")
        .where(treaty_status.c.valid_from <= day)
    )
    return about | {"in_force": views.execute(force).scalar()}


def _standings(views: Connection, name: str, day: str, page: "_Page") -> dict[str, Standing]:
    rows = dict[str, list[Row]]()
    for row in parties(views, day, name):
        rows.setdefault(row["state"], []).append(row)
    outer = select(treaty_party.c.state, treaty_party.c.valid_from_latest).where(
        treaty_party.c.treaty == name, holds_on(treaty_party, day)
    )
    sure = {row.state for row in views.execute(outer) if row.valid_from_latest <= day}
    claims = _claims(views, name)
    return {
        state: Standing(
            page.state(state),
            held[-1],
            tuple(dict.fromkeys(row["status"] for row in held)),
            len(held) == 1 and held[0]["certainty"] == "certain",
            state in sure,
            claims.get(state, {}),
        )
        for state, held in rows.items()
    }


def _claims(views: Connection, name: str) -> dict[str, dict[str, list[tuple[str, str | None, str]]]]:
    """By state and column, who says otherwise of its act: what ('says', 'denied', 'otherwise'), date, sources."""
    padded = literal(" ") + timeline.c.subjects + literal(" ")
    query = (
        select(timeline.c.kind, timeline.c.subjects, dispute.c.date, dispute.c.denied, dispute.c.sources)
        .join(dispute, dispute.c.event_id == timeline.c.event_id)
        .where(timeline.c.kind.in_(_ACTS), padded.contains(f" treaty:{name} ", autoescape=True))
        .order_by(timeline.c.event_id, dispute.c.claim_id)
    )
    found = dict[str, dict[str, list[tuple[str, str | None, str]]]]()
    for kind, subjects, date, denied, sources in views.execute(query):
        what = "denied" if denied else "says" if date else "otherwise"
        for subject in subjects.split():
            if subject.startswith("state:"):
                columns = found.setdefault(subject.removeprefix("state:"), {})
                columns.setdefault(_ACTS[kind], []).append((what, date, ", ".join(sources.split())))
    return found


def _in_columns(
    views: Connection, about: Row, day: str, found: dict[str, Standing], page: "_Page"
) -> list[tuple[str, str, Standing | None]]:
    """The states of the annex: those of the treaty, and those that belonged to its organisation on the day."""
    query = select(membership.c.state).where(
        membership.c.organisation == about.get("organisation"),
        membership.c.status != "former",
        holds_on(membership, day),
    )
    codes = {*found, *views.execute(query).scalars()}
    return sorted(((page.state(code), code, found.get(code)) for code in codes), key=lambda column: column[:2])


class _Page:
    """The signs of one style in one language."""

    def __init__(self, style: str, language: str, day: str) -> None:
        self.style, self.ru, self.day = style, language == "ru", day
        self.by_signature = False  # whether signature binds to the treaty at hand

    def word(self, name: str, *values: object) -> str:
        return _WORDS[name][self.ru].format(*values)

    def state(self, code: str) -> str:
        known = states().get(code)
        return (known.name_ru if self.ru else known.name) or known.name if known else code

    def date(self, text: str | None) -> str:
        """A date (EDTF) in the form of the house: a day, month or year; one of several; what lies between two; a doubtful one.

        Any other date stands as it is written.
        """
        if text is None:
            return ""
        for form, word in _IMPRECISE.items():
            if match := re.fullmatch(form, text):
                return self.word(word, *map(self.date, match.groups()))
        return self._plain(text)

    def _plain(self, text: str) -> str:
        if not (match := re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)):
            return text
        year, month, day = match.groups()
        if month is None or not 1 <= int(month) <= 12:
            return text
        at = int(month) - 1
        forms: dict[str, tuple[Sequence[str | None], str]] = {
            "untc": ((day and day.lstrip("0"), (_MONTHS_OF if day else _MONTHS)[self.ru][at], year), " "),
            "coe": ((day, month, year), "/"),
            "hcch": ((day and day.lstrip("0"), _ROMAN[at], year), "-"),
            "cis": ((day, month, year[2:] if day else year), "."),
        }
        parts, between = forms[self.style]
        return between.join(part for part in parts if part)

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
        if standing.status in _BOUND and not (
            row["deposited"] or row["acceded"] or row["ratified"] or self.by_signature
        ):
            notes.append(self.word("how-unknown"))
        if not standing.certain:
            could = [_STATUSES[status] if self.ru else status for status in standing.statuses]
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

    def _marked(self, standing: Standing, column: str) -> str:
        cell = self.act(standing, column)
        return " ".join((cell.text, *(f"({note.rstrip('.')})" for note in cell.notes)))

    def texts(self, standing: Standing) -> list[str]:
        """Reservations and declarations."""
        row = standing.row
        said = [self.word("reservation", text) for text in (row["reservations"] or "").splitlines()]
        return said + [self.word("declaration", text) for text in (row["declarations"] or "").splitlines()]

    def in_force(self, standing: Standing | None) -> Cell:
        """When the treaty entered into force for a state."""
        if standing is None or standing.row["in_force"]:
            return self.act(standing, "in_force")
        row = standing.row
        return Cell(self.date(row["since"])) if row["status"] == "party" else Cell()

    def head(self, about: Row) -> list[str]:
        """What stands above the table: title, place and date, entry into force."""
        title = (about.get("title_ru") if self.ru else None) or about["title"]
        place = (
            f"{about['place']}, " if about.get("place") and not self.ru else ""
        )  # the record names places in English
        adopted = self.word("adopted") + f": {place}{self.date(about['occurred'])}" if about.get("occurred") else ""
        force = f"{self.word('in-force')}: {self.date(about['in_force'])}" if about["in_force"] else ""
        return [line for line in (title, adopted, force) if line]

    def counted(self, standings: Iterable[Standing], holds: Callable[[Standing, str], bool]) -> str:
        """How many states a condition holds for, and with those for which it only may: 5 or 5–6."""
        standings = list(standings)
        surely = sum(s.whole and all(holds(s, status) for status in s.statuses) for s in standings)
        maybe = sum(any(holds(s, status) for status in s.statuses) for s in standings)
        return str(surely) if surely == maybe else f"{surely}–{maybe}"

    # -- the four houses ----------------------------------------------------------------------------------------------

    def untc(self, about: Row, standings: list[Standing]) -> Sheet:
        signed = self.counted(standings, lambda s, status: bool(s.row["signed"]) and status != "withdrawn")
        bound = self.counted(standings, lambda _, status: status in ("party", "withdrawing"))
        head = [
            *self.head(about),
            f"{self.word('signatories')}: {signed}. {self.word('parties')}: {bound}.",
            f"{self.word('status-as-of')} {self.date(self.day)}",
        ]

        def letters(row: Row) -> str:
            return "(a)" if not row["deposited"] else f"({_LETTERS[i]})" if (i := row["instrument"]) in _LETTERS else ""

        rows = []
        for one in standings:
            gone = one.status == "withdrawn"
            consent = self.consent(one, letters)
            definitive = self.by_signature and not consent.text and one.row["signed"]
            notes = (*self.leaving(one), *self.doubts(one), *self._provisional(one), *self.texts(one))
            rows.append(
                {
                    "participant": Cell(f"[{one.name}]" if gone else one.name, notes),
                    "signature": self.act(one, "signed", "(s)" if definitive else ""),
                    "ratification": consent,
                }
            )
        columns = [("participant", self.word("participant")), ("signature", self.word("signature"))]
        return Sheet(head, [*columns, ("ratification", self.word("untc"))], rows, [])

    def _provisional(self, standing: Standing) -> list[str]:
        applied = standing.row["provisionally_applied"]
        return [self.word("provisional", self._marked(standing, "provisionally_applied"))] if applied else []

    def coe(self, about: Row, standings: list[Standing]) -> Sheet:
        def bound(one: Standing) -> bool:
            return bool(one.row["deposited"] or one.row["acceded"] or one.row["ratified"])

        pending = self.counted(standings, lambda s, status: not bound(s) and status != "withdrawn")
        done = self.counted(standings, lambda s, status: bound(s) and status != "withdrawn")
        rows = [
            {
                "state": Cell(one.name, (*self.leaving(one), *self.doubts(one), *self._provisional(one))),
                "signature": self.act(one, "signed"),
                "ratification": self.consent(one, lambda row: "" if row["deposited"] else " a"),
                "entry_into_force": self.in_force(one),
                "r": Cell(
                    "X" if one.row["reservations"] else "", tuple(self.texts(one)[: _lines(one, "reservations")])
                ),
                "d": Cell(
                    "X" if one.row["declarations"] else "", tuple(self.texts(one)[_lines(one, "reservations") :])
                ),
            }
            for one in standings
        ]
        columns = [("state", self.word("state")), ("signature", self.word("signature"))]
        columns += [("ratification", self.word("ratification")), ("entry_into_force", self.word("in-force"))]
        head = [*self.head(about), f"{self.word('status-as-of')}: {self.date(self.day)}"]
        foot = [f"{self.word('not-followed')}: {pending}", f"{self.word('ratifications')}: {done}"]
        return Sheet(head, [*columns, ("r", "R."), ("d", "D.")], rows, foot)

    def hcch(self, about: Row, standings: list[Standing]) -> Sheet:
        rows = []
        for one in standings:
            gone = one.status == "withdrawn"
            cells = {
                "s": self.act(one, "signed"),
                "ras": self.consent(one, lambda _: ""),
                "type": Cell(self._type(one)),
                "eif": self.in_force(one),
                "notes": Cell(", ".join(self._noted(one)), tuple(self.texts(one))),
            }
            told = [*self.leaving(one), *self.doubts(one), *self._provisional(one)]
            if gone:
                had = [
                    f"{key.upper()} {cell.text}"
                    for key, cell in cells.items()
                    if cell.text and key in ("s", "ras", "eif")
                ]
                told += [self.word("had", "; ".join(had).replace("RAS", "R/A/S"))] if had else []
                cells = dict.fromkeys(cells, Cell())
            rows.append({"state": Cell(one.name, tuple(told)), **cells})
        columns = [("state", self.word("state")), ("s", "S"), ("ras", "R/A/S"), ("type", "Type"), ("eif", "EIF")]
        head = [*self.head(about), f"{self.word('status-as-of')} {self.date(self.day)}"]
        return Sheet(head, [*columns, ("notes", "Res/D")], rows, [])

    def _type(self, one: Standing) -> str:
        row = one.row
        if row["deposited"]:
            return _TYPES.get(row["instrument"], "R")
        if row["acceded"]:
            return "A"
        return "R" if row["ratified"] else "S" if row["signed"] and self.by_signature else ""

    def _noted(self, one: Standing) -> list[str]:
        return [sign for sign, column in (("Res", "reservations"), ("D", "declarations")) if one.row[column]]

    def annex(self, about: Row, columns: list[tuple[str, str, Standing | None]]) -> Sheet:
        stages: tuple[tuple[str, Callable[[Standing | None], Cell]], ...] = (
            ("signature", lambda one: self.act(one, "signed") if one and one.row["signed"] else Cell("-")),
            ("procedures", self._procedures),
            ("in-force", self.in_force),
        )
        rows = [
            {"stage": Cell(self.word(stage)), **{code: cell(one) for _, code, one in columns}} for stage, cell in stages
        ]
        for _, code, one in columns:
            if one is not None:
                cell = rows[1][code]
                said = (*self.leaving(one), *self.doubts(one), *self.texts(one))
                rows[1][code] = cell._replace(notes=(*cell.notes, *said))
        head = [*self.head(about), f"{self.word('status-as-of')} {self.date(self.day)}"]
        named = [(code, name) for name, code, _ in columns]
        return Sheet(head, [("stage", self.word("stage")), *named], rows, [self.word("legend")])

    def _procedures(self, one: Standing | None) -> Cell:
        """The sign of the annex for a state."""
        if one is None:
            return Cell("-")
        row = one.row
        if one.status == "withdrawn":
            return Cell("×")
        for column in ("deposited", "acceded"):
            if row[column]:
                return self.act(one, column)
        if one.status in _BOUND:
            return self._bound(one)
        own = (self.word("own-act-on", self.date(row["ratified"])),) if row["ratified"] else ()
        if one.status == "provisionally-applying":
            return Cell(self.word("PA"), own)
        return Cell("+" if row["signed"] or own else "-", own)

    def _bound(self, one: Standing) -> Cell:
        """The sign for a party of which no deposit is known."""
        if one.row["ratified"]:
            cell = self.act(one, "ratified")
            return cell._replace(notes=(*cell.notes, self.word("own-act")))
        if self.by_signature and one.row["signed"]:
            cell = self.act(one, "signed")
            return cell._replace(notes=(*cell.notes, self.word("by-signature")))
        return Cell("?")


def _lines(standing: Standing, column: str) -> int:
    return len((standing.row[column] or "").splitlines())


MATRIX = (
    "treaty",
    "title",
    "status",
    "certainty",
    "signed",
    "ratified",
    "deposited",
    "acceded",
    "provisionally_applied",
    "in_force",
    "withdrawal_notified",
    "withdrawn",
    "disputed",
)
STAGES = {  # headings of the matrix
    "treaty": ("treaty", "договор"),
    "title": ("title", "название"),
    "status": ("status", "статус"),
    "certainty": ("certainty", "достоверность"),
    "signed": ("signed", "подписан"),
    "ratified": ("ratified", "ратифицирован"),
    "deposited": ("deposited", "сдан на хранение"),
    "acceded": ("acceded", "присоединение"),
    "provisionally_applied": ("provisional", "временно"),
    "in_force": ("in force", "в силе"),
    "withdrawal_notified": ("notice", "уведомление о выходе"),
    "withdrawn": ("withdrawn", "выход"),
    "disputed": ("disputed", "оспаривается"),
}


def matrix(views: Connection, state: str, day: str, language: str = "en") -> list[Row]:
    """Every treaty towards which a state stood in some relation on a day (ISO), with the date of each stage (`MATRIX`)."""
    title = func.min(func.coalesce(treaty.c.title_ru, treaty.c.title) if language == "ru" else treaty.c.title)
    named = select(title).where(treaty.c.treaty == treaty_party.c.treaty).scalar_subquery().label("title")
    query = (
        select(treaty_party, named, certainty_on(treaty_party, day))
        .where(treaty_party.c.state == state, holds_on(treaty_party, day))
        .order_by(treaty_party.c.treaty, treaty_party.c.valid_from, treaty_party.c.valid_from_latest)
    )
    found: list[dict[str, Any]] = [dict(row) for row in views.execute(query).mappings()]
    for row in found:
        if language == "ru":
            row["status"] = _STATUSES[row["status"]]
    return [{key: row[key] for key in MATRIX} for row in found]
