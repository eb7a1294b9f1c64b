"""The matrix of one state: every treaty towards which it stood in some relation on a day, and which stage each had reached."""

from typing import Any

from sqlalchemy import Connection, func, select

from projections.interval import Row, certainty_on, holds_on
from projections.registers import treaty
from projections.status_table.writing import STATUSES
from projections.treaty_party import treaty_party

STAGES = {  # the columns of the matrix, with their headings in English and Russian
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
MATRIX = tuple(STAGES)


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
            row["status"] = STATUSES[row["status"]]
    return [{key: row[key] for key in MATRIX} for row in found]
