"""A real browser for the tests: headless Chromium, driven by its own driver in the W3C WebDriver protocol (HTTP and JSON).

    with browser() as page:
        page.open(address)
        page.type("input[name=date]", "1993-12-15")
        page.press("button")

`NoBrowser` says why there is none; Debian has one: apt-get install chromium chromium-driver
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60  # seconds for one answer
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what WebDriver calls an element in JSON
_QUIET = (  # no tour, no sandbox (of root), and no word to anybody outside
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


class NoBrowser(Exception):
    """There is none here; the message says what is missing."""


class Refusal(Exception):
    """The browser did not do it; the message says why."""


@dataclass(frozen=True)
class Browser:
    """A window of a browser."""

    session: str

    def open(self, address: str) -> None:
        self._ask("POST", "/url", url=address)

    @property
    def address(self) -> str:
        return str(self._ask("GET", "/url"))

    def text(self, selector: str) -> str:
        """What a person reads in the first element that a CSS selector finds."""
        return str(self._ask("GET", f"/element/{self._find(selector)}/text"))

    def texts(self, selector: str) -> list[str]:
        """The same of every element."""
        return [
            str(text)
            for text in self.run(f"return [...document.querySelectorAll({json.dumps(selector)})].map(e => e.innerText)")
        ]

    def type(self, selector: str, text: str) -> None:
        """Type over what stands in a box, key by key."""
        box = self._find(selector)
        self._ask("POST", f"/element/{box}/clear")
        self._ask("POST", f"/element/{box}/value", text=text)

    def enter(self, selector: str, text: str) -> None:
        """The same with the Enter key after it, and wait for the page that follows."""
        with self._another_page():
            self.type(selector, text + "\n")

    def press(self, selector: str) -> None:
        """Click on a button or a link, and wait for the page that follows."""
        with self._another_page():
            self._ask("POST", f"/element/{self._find(selector)}/click")

    @contextmanager
    def _another_page(self) -> Iterator[None]:
        self.run("window.left = true")
        yield
        deadline = monotonic() + PATIENCE
        there = False
        while not there:
            assert monotonic() < deadline, "no page follows"
            sleep(0.02)
            with suppress(Refusal):  # between two pages there is nothing that could run
                there = self.run("return !window.left && document.readyState === 'complete'")

    def wide(self, pixels: int) -> None:
        self._ask("POST", "/window/rect", width=pixels, height=900)

    def run(self, script: str) -> Any:
        return self._ask("POST", "/execute/sync", script=script, args=[])

    def complaints(self) -> list[str]:
        """What the browser had to complain of since it was last asked: scripts that failed, files that were not there."""
        return [str(entry["message"]) for entry in self._ask("POST", "/se/log", type="browser")]

    def _find(self, selector: str) -> str:
        return str(self._ask("POST", "/element", using="css selector", value=selector)[_ELEMENT])

    def _ask(self, method: str, path: str, **given: object) -> Any:
        return _ask(self.session + path, method, given)


def _ask(address: str, method: str, given: dict[str, object]) -> Any:
    body = json.dumps(given).encode() if method == "POST" else None
    request = Request(address, body, {"Content-Type": "application/json"}, method=method)
    try:
        with urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["value"]
    except HTTPError as error:
        raise Refusal(json.load(error)["value"]["message"]) from error


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of its own, without history, closed at the end; raises `NoBrowser`."""
    chromium = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing = "chromium" if chromium is None else "chromedriver"
        raise NoBrowser(f"there is no {missing} (Debian: apt-get install chromium chromium-driver)")
    with (
        TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile,
        subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True) as running,
    ):
        try:
            address = f"http://127.0.0.1:{_port(running)}/session"
            options = {"binary": chromium, "args": [*_QUIET, f"--user-data-dir={profile}"]}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = _ask(address, "POST", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
            yield Browser(f"{address}/{session}")
            _ask(f"{address}/{session}", "DELETE", {})
        finally:
            running.terminate()


def _port(driver: "subprocess.Popen[str]") -> str:
    assert driver.stdout is not None
    for line in driver.stdout:
        if found := re.search(r"started successfully on port (\d+)", line):
            return found[1]
    raise NoBrowser("chromedriver does not start")
