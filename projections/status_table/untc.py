"""The status table of the UN Treaty Collection."""

from projections.interval import Row
from projections.status_table.layout import Cell, Sheet
from projections.status_table.signs import Signs
from projections.status_table.standings import Standing

_LETTERS = {"acceptance": "A", "approval": "AA", "accession": "a", "completed-procedures": "n"}


def sheet(page: Signs, about: Row, standings: list[Standing]) -> Sheet:
    """Who signed, and who ratified with a letter for what was deposited; who left stands in brackets."""
    signed = page.counted(standings, lambda s, status: bool(s.row["signed"]) and status != "withdrawn")
    bound = page.counted(standings, lambda _, status: status in ("party", "withdrawing"))
    head = [
        *page.head(about),
        f"{page.word('signatories')}: {signed}. {page.word('parties')}: {bound}.",
        f"{page.word('status-as-of')} {page.date(page.day)}",
    ]

    def letters(row: Row) -> str:
        return "(a)" if not row["deposited"] else f"({_LETTERS[i]})" if (i := row["instrument"]) in _LETTERS else ""

    rows = []
    for one in standings:
        gone = one.status == "withdrawn"
        consent = page.consent(one, letters)
        definitive = page.by_signature and not consent.text and one.row["signed"]
        notes = (*page.leaving(one), *page.doubts(one), *page.provisional(one), *page.texts(one))
        rows.append(
            {
                "participant": Cell(f"[{one.name}]" if gone else one.name, notes),
                "signature": page.act(one, "signed", "(s)" if definitive else ""),
                "ratification": consent,
            }
        )
    columns = [("participant", page.word("participant")), ("signature", page.word("signature"))]
    return Sheet(head, [*columns, ("ratification", page.word("untc"))], rows, [])
