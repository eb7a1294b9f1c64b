"""The chart of signatures and ratifications of the Council of Europe."""

from projections.interval import Row
from projections.status_table.layout import Cell, Sheet
from projections.status_table.signs import Signs
from projections.status_table.standings import Standing


def sheet(page: Signs, about: Row, standings: list[Standing]) -> Sheet:
    """Signature, ratification, entry into force, a cross for reservations and declarations, and two totals."""

    def bound(one: Standing) -> bool:
        return bool(one.row["deposited"] or one.row["acceded"] or one.row["ratified"])

    pending = page.counted(standings, lambda s, status: not bound(s) and status != "withdrawn")
    done = page.counted(standings, lambda s, status: bound(s) and status != "withdrawn")
    rows = [
        {
            "state": Cell(one.name, (*page.leaving(one), *page.doubts(one), *page.provisional(one))),
            "signature": page.act(one, "signed"),
            "ratification": page.consent(one, lambda row: "" if row["deposited"] else " a"),
            "entry_into_force": page.act(one, "in_force"),
            "r": Cell("X" if one.row["reservations"] else "", tuple(page.texts(one)[: _lines(one, "reservations")])),
            "d": Cell("X" if one.row["declarations"] else "", tuple(page.texts(one)[_lines(one, "reservations") :])),
        }
        for one in standings
    ]
    columns = [("state", page.word("state")), ("signature", page.word("signature"))]
    columns += [("ratification", page.word("ratification")), ("entry_into_force", page.word("in-force"))]
    head = [*page.head(about), f"{page.word('status-as-of')}: {page.date(page.day)}"]
    foot = [f"{page.word('not-followed')}: {pending}", f"{page.word('ratifications')}: {done}"]
    return Sheet(head, [*columns, ("r", "R."), ("d", "D.")], rows, foot)


def _lines(standing: Standing, column: str) -> int:
    return len((standing.row[column] or "").splitlines())
