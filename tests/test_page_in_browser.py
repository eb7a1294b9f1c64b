"""The page as a person uses it: a real server process, a real browser, typing and pressing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, NoBrowser, browser
from cli_runs import told
from serving import served

from eventstore.database import Database

NARROW = 400  # pixels


@pytest.fixture(scope="module")
def address(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is on the small history."""
    path = tmp_path_factory.mktemp("browser") / "cis.db"
    path.write_bytes(sqlite_template.read_bytes())
    with served(told(Database(f"sqlite:///{path}", write=True))) as serving:
        yield serving.address


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    try:
        with browser() as found:
            yield found
    except NoBrowser as reason:
        pytest.skip(f"no browser: {reason}")


@pytest.fixture
def page(window: Browser, address: str) -> Browser:
    window.open(address)
    return window


def test_a_day_is_typed_and_answered(page: Browser) -> None:
    page.type("input[name=date]", "1993-12-15")
    page.press("header button")
    assert page.text("h1") == "As of 1993-12-15"
    assert page.address.endswith("/as-of?date=1993-12-15")
    rows = page.texts("#organisation-cis + .wide tbody tr")
    assert rows[1] == "Georgia\tmember\t1993-12\tpossible disputed\twhy"
    assert [row.split("\t")[3] for row in rows] == ["certain", "possible disputed", "certain", "certain"]


def test_enter_does_what_the_button_does(page: Browser) -> None:
    page.enter("input[name=date]", "1993")
    assert page.text("h1") == "As of 1993-12-31"


def test_a_mistyped_day_is_told_beside_the_box_which_keeps_it(page: Browser) -> None:
    page.enter("input[name=date]", "15.12.1993")
    assert page.text("[role=alert]") == (
        "'15.12.1993' is not a date. Write a day (1993-12-15), a month (1993-12) or a year (1993); a month or a year means"
        " its last day."
    )
    page.type("input[name=date]", "1993-12-31")
    page.press("main button")
    assert page.text("h1") == "As of 1993-12-31"


def test_from_an_answer_to_its_reasons_and_sources(page: Browser) -> None:
    page.open(page.address + "as-of?date=1993-12-15")
    page.press("[aria-label='Why: Georgia in Commonwealth of Independent States']")
    assert page.text("h1").startswith(
        "On 1993-12-15 Georgia may have belonged to the Commonwealth of Independent States"
    )
    page.press(".chain a")
    assert page.text("h1") == "The NTI page"


def test_a_report_with_a_value_chosen(page: Browser) -> None:
    page.open(page.address + "record/treaties-of-a-state")
    page.type("#of-state", "Belarus")
    page.press("main button")
    assert page.text("tbody tr").startswith("cis-charter")


def test_a_picture_is_drawn(page: Browser) -> None:
    page.open(page.address + "pictures")
    widths = page.run(
        "const all = [...document.images]; all.forEach(one => one.loading = 'eager');"
        "return Promise.all(all.map(one => one.decode().then(() => one.naturalWidth)))"
    )
    assert widths
    assert min(widths) > 100


@pytest.mark.parametrize(
    "path", ["", "as-of?date=1993-12-15", "about/treaty/cis-charter", "record/members", "record/event", "pictures"]
)
def test_it_fits_a_narrow_window_asks_nobody_else_and_nothing_fails(page: Browser, path: str) -> None:
    page.complaints()
    page.wide(NARROW)
    page.open(page.address + path)
    assert page.run("return document.documentElement.scrollWidth <= window.innerWidth")
    asked = page.run("return performance.getEntriesByType('resource').map(one => one.name)")
    assert asked
    assert [name for name in asked if not name.startswith((page.run("return location.origin"), "data:"))] == []
    assert page.complaints() == []
    page.wide(1200)
