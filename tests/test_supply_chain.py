"""What the program depends on: few packages, each bounded, pinned for CI, documented, and none under the GPL at run time."""

import importlib.metadata
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {
    extra: [Requirement(text) for text in texts if not text.startswith("cis-record")]
    for extra, texts in PROJECT["optional-dependencies"].items()
}
RUN = [Requirement(text) for text in PROJECT["dependencies"]]
LOCKED = {
    canonicalize_name(line.split("==")[0]): line.split("==")[1]
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}
IN_CI = [*RUN, *(one for extra, found in EXTRAS.items() if extra != "bench" for one in found)]
BY_USERS = [*RUN, *(one for extra, found in EXTRAS.items() if extra not in ("test", "bench", "dev") for one in found)]
UNPINNED = {"pip", "setuptools"}  # what installs the others comes with Python
TYPES_ONLY = ("types-pyyaml",)  # numbered by the day it was made: no release of it can break what runs


@pytest.mark.parametrize(
    "wanted", [*RUN, *(one for found in EXTRAS.values() for one in found)], ids=lambda one: one.name
)
def test_every_dependency_is_bounded(wanted):
    operators = {specifier.operator for specifier in wanted.specifier}
    assert ">=" in operators
    assert "<" in operators or wanted.name in TYPES_ONLY


@pytest.mark.parametrize("wanted", IN_CI, ids=lambda one: one.name)
def test_the_lock_file_pins_it_within_its_bounds(wanted):
    assert wanted.specifier.contains(LOCKED[canonicalize_name(wanted.name)])


@pytest.mark.parametrize(
    "wanted", [*RUN, *(one for found in EXTRAS.values() for one in found)], ids=lambda one: one.name
)
def test_it_stands_in_the_list_with_its_reason(wanted):
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert re.search(rf"(?:\| |\b){re.escape(wanted.name)}\s(?:\||\()", page)


def test_the_program_runs_on_few_packages():
    assert len(RUN) <= 6


def closure(wanted: list[Requirement]) -> set[str]:
    """The packages and what they bring along, as installed here."""
    found, waiting = set[tuple[str, str]](), asked(wanted)
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system
        found.add((name, extra))
        waiting += asked(
            one for one in map(Requirement, needs) if one.marker is None or one.marker.evaluate({"extra": extra})
        )
    return {name for name, _ in found}


def asked(wanted: Iterable[Requirement]) -> list[tuple[str, str]]:
    """Each package by itself and with each extra that is asked for."""
    return [(canonicalize_name(one.name), extra) for one in wanted for extra in ("", *one.extras)]


def licence(name: str) -> str:
    about = importlib.metadata.metadata(name)
    classes = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    return about.get("License-Expression") or "; ".join(classes) or about.get("License") or ""


def test_nothing_under_the_gpl_runs_with_the_program():
    names = closure(BY_USERS)
    assert {canonicalize_name(one.name) for one in RUN} <= names
    for name in sorted(names):
        said = licence(name)
        assert said, f"{name} says nothing of its licence"
        assert not re.search(r"(?<!L)\bA?GPL|(?<!Lesser )General Public License", said), f"{name}: {said}"


def test_what_runs_with_the_program_stands_in_the_list_with_its_licence():
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    assert {name for name in closure(BY_USERS) if not re.search(rf"\b{re.escape(name)}\b", page)} == set()


def test_the_lock_file_pins_what_they_bring_along():
    assert closure(IN_CI) - LOCKED.keys() - UNPINNED == set()


PACKED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
PARTS = ("eventstore", "projections", "migrations", "cli", "seed_events")


def test_every_package_of_the_program_is_installed():
    found = [init.parent.relative_to(ROOT) for part in PARTS for init in (ROOT / part).rglob("__init__.py")]
    assert sorted(PACKED["packages"]) == sorted(".".join(folder.parts) for folder in found)


def test_every_file_that_the_program_reads_is_installed():
    listed = {
        file
        for package, patterns in PACKED["package-data"].items()
        for pattern in patterns
        for file in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    there = {
        file
        for part in PARTS
        for file in (ROOT / part).rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc", ".mako") and file.parent.name != "judged"
    }
    assert there - listed == set()  # what was judged is for those who edit the history, in a checkout
