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

from sqlalchemy import Connection

from projections.status_table import cis, coe, hcch, untc
from projections.status_table.layout import Sheet
from projections.status_table.of_state import MATRIX, STAGES, matrix
from projections.status_table.signs import Signs
from projections.status_table.standings import about, members, standings_on

__all__ = ["MATRIX", "STAGES", "Sheet", "matrix", "sheet"]


def sheet(views: Connection, name: str, day: str, style: str, language: str) -> Sheet:
    """The status of a treaty on a day (ISO) in a style (untc, coe, hcch, cis) and a language (en, ru)."""
    known = about(views, name, day)
    page = Signs(style, language, day, by_signature=known.get("consent") == "signature")
    found = standings_on(views, name, day, page.state)
    if style == "cis":
        return cis.sheet(page, known, found, members(views, known.get("organisation"), day))
    ordered = sorted(found.values(), key=lambda standing: standing.name)
    return {"untc": untc.sheet, "coe": coe.sheet, "hcch": hcch.sheet}[style](page, known, ordered)
