"""The README's walk from a page to a citation: its commands run as they stand there, and answer what it says."""

import re
import shlex
from pathlib import Path

import pytest
from cli_runs import ROOT, Ran, cis

from eventstore.database import Database

README = (ROOT / "README.md").read_text("utf-8")
HEADING = "One question, from the page to the citation"


@pytest.fixture
def walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], Ran]]:
    """Every command of the section, in a folder of its own, with what it printed."""
    section = README.partition(f"## {HEADING}\n")[2].partition("\n## ")[0]
    (script,) = re.findall("```sh\n(.*?)```", section, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    ran, address = [], ""
    for line in script.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["export"]:
            address = words[1].partition("=")[2]
        elif words:
            assert words[0] == "cis", line
            ran.append((words[1:], cis(address, *words[1:])))
    assert (tmp_path / "try.db").exists()
    return ran


def test_the_walk_from_a_page_to_a_citation_goes_as_the_readme_says(walk: list[tuple[list[str], Ran]]) -> None:
    for words, ran in walk:
        assert ran.status == 0, (words, ran.err)
    by_words = {" ".join(words): ran for words, ran in walk}
    (preview,) = [ran for words, ran in by_words.items() if words.endswith("--dry-run")]
    assert "2 events would be recorded." in preview.err
    answered = by_words["treaty alma-ata-declaration --as-of 1991-12-31"]
    assert [line.split() for line in answered.out.splitlines()[1:]] == [
        [state, "signatory", "1991-12-21"] for state in ("AM", "AZ", "BY")
    ]
    before = by_words["treaty alma-ata-declaration --as-of 1991-12-31 --known-at 5"]
    assert before.out.splitlines()[1].split() == ["AM", "signatory", "1991-12-12"]
    why = by_words["why treaty_party alma-ata-declaration AM --as-of 1991-12-31"].out
    assert "source: Alma-Ata Declaration, certified copy, signatures" in why
    assert "A slip: the page has 21." in why
    assert "As of 1991-12-31, known at position 6" in by_words["cite --as-of 1991-12-31"].out


def test_the_questions_that_the_readme_begins_with_have_answers(history: Database) -> None:
    section = README.partition("## Try it\n")[2].partition("\n## ")[0]
    asked = [shlex.split(line, comments=True)[1:] for line in section.splitlines() if line.startswith("cis ")]
    assert len(asked) == 8
    for words in asked:
        ran = cis(history, *words) if words != ["report"] else cis(None, *words)
        # that the history leaves nothing unexplained is said elsewhere (test_seed)
        assert ran.status in ((0, 1) if words == ["check"] else (0,)), (words, ran.err)
        assert ran.out, words
