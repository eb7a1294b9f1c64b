"""The coverage-guided fuzzer: it looks for input that takes a path through the code which no input took before.

    pip install atheris
    python tests/fuzz/run.py yaml -max_total_time=300

The first argument names a target of tests/hostile.py; the others are libFuzzer's. What it finds is written to the current
folder as `crash-...` or `timeout-...`; to see it again, give that file as the last argument. Not part of the tests: it has no
end, and its package needs a compiler on some systems.
"""

import sys
from pathlib import Path

import atheris

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]
with atheris.instrument_imports(include=["eventstore", "projections", "cli"], enable_loader_override=False):
    from hostile import TARGETS, exported, guarded, proofs, warm

SEEDS = {  # what it begins with, so that it need not find out by chance how a batch looks
    "date": ("1991-12-21", "[1993-12-03..1993-12-09]", "2003-09-18/..", "?1994-~05", "199X"),
    "yaml": ("- kind: treaty-signed\n  on: 1991-12-21\n  treaty: x\n  state: [AM, AZ]\n  sources:\n  - source: nti\n",),
    "json": ('{"defaults": {"source": "nti"}, "events": [{"kind": "state-joined", "on": "1993-12", "state": "GE"}]}',),
    "jsonl": (
        '{"kind": "state-joined", "on": "1993-12", "state": "GE", "organisation": "cis", "source": "nti"}\n' * 2,
    ),
    "import": ("\n".join(exported()), "\n".join(exported()[:2])),
    "sql": ("SELECT state, count(*) FROM membership WHERE valid_to IS NULL GROUP BY state", "EXPLAIN VALUES (1)"),
    "checkpoint": proofs()[:2],
    "proof": proofs()[2:],
    "report": ("members\nas_of=1994-06-30", "treaties-of-a-state\nstate=AM"),
}


def main() -> None:
    """Run a target until the fuzzer's own limits end it."""
    name, *others = sys.argv[1:] or [""]
    if name not in TARGETS:
        sys.exit(f"Which target? One of {', '.join(TARGETS)}.")
    warm()
    corpus = Path(f"corpus-{name}")
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(SEEDS.get(name, ())):
        (corpus / f"seed-{number}").write_text(seed, encoding="utf-8")

    def attempt(data: bytes) -> None:
        with guarded():
            TARGETS[name](data.decode("utf-8", "surrogateescape"))

    replays = any(not other.startswith("-") for other in others)
    atheris.Setup([sys.argv[0], "-timeout=30", *others, *([] if replays else [str(corpus)])], attempt)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
