"""What the tables say, in English and Russian, and how each house writes a date in them."""

import re
from collections.abc import Sequence

from eventstore.states import states

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
STATUSES = {  # in Russian
    "signatory": "подписавшее",
    "consent-given": "согласие дано",
    "provisionally-applying": "временно применяет",
    "party": "участник",
    "withdrawing": "выходит",
    "withdrawn": "вышло",
}


class Writing:
    """The words of one language and the dates of one style."""

    def __init__(self, style: str, language: str) -> None:
        self.style, self.ru = style, language == "ru"

    def word(self, name: str, *values: object) -> str:
        """What is printed under a name, with what is to be filled in."""
        return _WORDS[name][self.ru].format(*values)

    def state(self, code: str) -> str:
        """The name of a state, or else its code."""
        known = states().get(code)
        return (known.name_ru if self.ru else known.name) or known.name if known else code

    def status(self, name: str) -> str:
        """The name of the status of a state."""
        return STATUSES[name] if self.ru else name

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
