"""The status table of the Hague Conference on Private International Law."""

from projections.interval import Row
from projections.status_table.layout import Cell, Sheet
from projections.status_table.signs import Signs
from projections.status_table.standings import Standing

_TYPES = {"acceptance": "AC", "approval": "AP", "accession": "A", "completed-procedures": "N"}


def sheet(page: Signs, about: Row, standings: list[Standing]) -> Sheet:
    """S, R/A/S, Type, EIF, Res/D; a state that left keeps its name over empty cells."""
    rows = []
    for one in standings:
        gone = one.status == "withdrawn"
        cells = {
            "s": page.act(one, "signed"),
            "ras": page.consent(one, lambda _: ""),
            "type": Cell(_type(page, one)),
            "eif": page.act(one, "in_force"),
            "notes": Cell(", ".join(_noted(one)), tuple(page.texts(one))),
        }
        told = [*page.leaving(one), *page.doubts(one), *page.provisional(one)]
        if gone:
            had = [
                f"{key.upper()} {cell.text}" for key, cell in cells.items() if cell.text and key in ("s", "ras", "eif")
            ]
            told += [page.word("had", "; ".join(had).replace("RAS", "R/A/S"))] if had else []
            cells = dict.fromkeys(cells, Cell())
        rows.append({"state": Cell(one.name, tuple(told)), **cells})
    columns = [("state", page.word("state")), ("s", "S"), ("ras", "R/A/S"), ("type", "Type"), ("eif", "EIF")]
    head = [*page.head(about), f"{page.word('status-as-of')} {page.date(page.day)}"]
    return Sheet(head, [*columns, ("notes", "Res/D")], rows, [])


def _type(page: Signs, one: Standing) -> str:
    row = one.row
    if row["deposited"]:
        return _TYPES.get(row["instrument"], "R")
    if row["acceded"]:
        return "A"
    return "R" if row["ratified"] else "S" if row["signed"] and page.by_signature else ""


def _noted(one: Standing) -> list[str]:
    return [sign for sign, column in (("Res", "reservations"), ("D", "declarations")) if one.row[column]]
