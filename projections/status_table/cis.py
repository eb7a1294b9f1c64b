"""The annex of the CIS Executive Committee."""

from collections.abc import Callable

from projections.interval import Row
from projections.status_table.layout import Cell, Sheet
from projections.status_table.signs import BOUND, Signs
from projections.status_table.standings import Standing


def sheet(page: Signs, about: Row, found: dict[str, Standing], members: set[str]) -> Sheet:
    """A column a state: each of the treaty, and each of `members`, that belonged to its organisation on the day."""
    codes = {*found, *members}
    columns = sorted(((page.state(code), code, found.get(code)) for code in codes), key=lambda column: column[:2])
    stages: tuple[tuple[str, Callable[[Standing | None], Cell]], ...] = (
        ("signature", lambda one: page.act(one, "signed") if one and one.row["signed"] else Cell("-")),
        ("procedures", lambda one: _procedures(page, one)),
        ("in-force", lambda one: page.act(one, "in_force")),
    )
    rows = [
        {"stage": Cell(page.word(stage)), **{code: cell(one) for _, code, one in columns}} for stage, cell in stages
    ]
    for _, code, one in columns:
        if one is not None:
            cell = rows[1][code]
            said = (*page.leaving(one), *page.doubts(one), *page.texts(one))
            rows[1][code] = cell._replace(notes=(*cell.notes, *said))
    head = [*page.head(about), f"{page.word('status-as-of')} {page.date(page.day)}"]
    named = [(code, name) for name, code, _ in columns]
    return Sheet(head, [("stage", page.word("stage")), *named], rows, [page.word("legend")])


def _procedures(page: Signs, one: Standing | None) -> Cell:
    """The sign of the annex for a state."""
    if one is None:
        return Cell("-")
    row = one.row
    if one.status == "withdrawn":
        return Cell("×")
    for column in ("deposited", "acceded"):
        if row[column]:
            return page.act(one, column)
    if one.status in BOUND:
        return _bound(page, one)
    own = (page.word("own-act-on", page.date(row["ratified"])),) if row["ratified"] else ()
    if one.status == "provisionally-applying":
        return Cell(page.word("PA"), own)
    return Cell("+" if row["signed"] or own else "-", own)


def _bound(page: Signs, one: Standing) -> Cell:
    """The sign for a party of which no deposit is known."""
    if one.row["ratified"]:
        cell = page.act(one, "ratified")
        return cell._replace(notes=(*cell.notes, page.word("own-act")))
    if page.by_signature and one.row["signed"]:
        cell = page.act(one, "signed")
        return cell._replace(notes=(*cell.notes, page.word("by-signature")))
    return Cell("?")
