"""Showing that the record is as it was written: verify, checkpoint, proof."""

from typing import TYPE_CHECKING, Any

import click

from cli.options import Command, database_option, typed_in
from cli.output import emit_one, format_option, plural, progress, progress_option, say
from cli.target import target

if TYPE_CHECKING:
    from eventstore.checkpoint import Checkpoint
    from eventstore.proof import Proof


@click.command("verify", cls=Command)
@click.option("--checkpoint", metavar="FILE", help="A checkpoint that was kept: the log must go on from it.")
@click.option("--proof", metavar="FILE", help="Check this proof instead; no database is needed.")
@click.option("--key", metavar="FILE", help="The key that must have signed the checkpoint.")
@click.option("--views", is_flag=True, help="Fold the whole log anew and compare every row of every view.")
@click.option(
    "--chain",
    is_flag=True,
    help="Recompute the chain of hashes only: ten times as fast, and shows every altered event.",
)
@format_option
@progress_option
@database_option
@click.pass_context
def verify_command(
    ctx: click.Context,
    checkpoint: str | None,
    proof: str | None,
    key: str | None,
    views: bool,
    chain: bool,
    form: str,
    bar: bool | None,
    database: str,
) -> int:
    """Examine the whole log, or check a proof.

    Finds any event that was altered, taken out, moved or slipped in, and all in the log that does not follow from its events,
    and names the position. What only a checkpoint kept elsewhere can show is told in docs/verification.md. Exit status 1 if
    something is wrong.
    """
    if proof is not None:
        _refuse_idle(ctx, "when a proof is checked", "views", "chain", "bar", "database")
        answer = _check_proof(proof, checkpoint, key)
    elif chain:
        _refuse_idle(ctx, "with --chain", "views", "checkpoint", "key")
        answer = _recompute(database, bar)
    else:
        if key is not None and checkpoint is None:
            raise click.UsageError("--key has no effect without --checkpoint or --proof.")
        answer = _examine(database, _held(checkpoint, key), views, bar)
    problems = answer["problems"]
    if form != "json":
        answer |= {"problems": "\n".join(problems)}
    if form in ("table", "markdown"):
        answer |= {"ok": "yes" if answer["ok"] else "no"}
    emit_one(answer, form)
    return 1 if problems else 0


def _held(path: str | None, key: str | None) -> "Checkpoint | None":
    """The checkpoint in a file, its signature checked if there is a key."""
    if path is None:
        return None
    from eventstore.checkpoint import read
    from eventstore.signing import check_signature, read_key

    checkpoint = read(path)
    if key is not None:
        check_signature(checkpoint, read_key(key), path)
    return checkpoint


def _examine(database: str, held: "Checkpoint | None", views: bool, bar: bool | None) -> dict[str, Any]:
    from eventstore.audit import Held, audit
    from eventstore.database import Database
    from eventstore.reading import length

    with Database(database).record() as connection:
        size = length(connection)
        with progress("Examining the log", shown=bar) as begin:
            kept = [] if held is None else [Held(held.size, held.root)]
            verdict = audit(connection, kept, progress=begin(size))
        problems = [*verdict.problems]
        if views and problems:
            say("The views were not examined: they cannot be right where the log is not.")
        elif views:
            from projections.audit import check_views

            with progress("Folding the views", shown=bar) as begin:
                problems += check_views(connection, progress=begin(size))
    return {"ok": not problems, "events": verdict.events, "hash": verdict.hash, "problems": problems}


def _recompute(database: str, bar: bool | None) -> dict[str, Any]:
    from eventstore.database import Database
    from eventstore.reading import check_chain, length

    with Database(database).record() as connection:
        size = length(connection)
        with progress("Recomputing the hashes", shown=bar) as begin:
            verdict = check_chain(connection, begin(size))
    say("What follows from the events was not examined: cis verify does.")
    return {"ok": not verdict.problems, **verdict._asdict()}


def _check_proof(path: str, checkpoint: str | None, key: str | None) -> dict[str, Any]:
    from eventstore import proof
    from eventstore.errors import Refused
    from eventstore.signing import check_signature, read_key

    held, given = _held(checkpoint, key), proof.read(path)
    try:
        proven = proof.check(given, held, path)
        if key is not None and held is None:
            check_signature(proven.checkpoint, read_key(key), path)
    except Refused as refused:
        return {"ok": False, "shows": "", "problems": [str(problem) for problem in refused.problems]}
    if held is None and key is None:
        say(
            "The proof brings its own checkpoint, which anybody can make up: hold it against one that you have from elsewhere"
            " (--checkpoint), or against the key of the log (--key)."
        )
    return {"ok": True, "shows": proven.sentence, "problems": []}


@click.command("checkpoint", cls=Command)
@click.option("--origin", metavar="NAME", help="What the log is called, such as example.org/cis.")
@click.option("--key", metavar="FILE", help="Sign it with the private key in this file.")
@click.option(
    "--new-key", metavar="FILE", help="Make a key for the log called --origin instead, and print its public half."
)
@database_option
@click.pass_context
def checkpoint_command(
    ctx: click.Context, origin: str | None, key: str | None, new_key: str | None, database: str
) -> None:
    """Print the size and the Merkle root of the log, to be kept elsewhere.

    Whoever keeps it can show later that nothing in the log before it was changed: cis verify --checkpoint FILE. The form is
    that of C2SP (tlog-checkpoint), the signature Ed25519.
    """
    if new_key is not None:
        _refuse_idle(ctx, "when a key is made", "key", "database")
        _make_key(new_key, origin)
        return
    from eventstore.checkpoint import of_log
    from eventstore.database import Database
    from eventstore.signing import read_key, sign

    signer = None if key is None else read_key(key)
    with Database(database).record() as connection:
        made = of_log(connection, origin or (signer.name if signer else None))
    if signer is not None and key is not None:
        made = sign(made, signer, key)
    _print(str(made))
    say(
        f"{plural(made.size, 'event')}{', signed' if signer else ''}. Keep it where whoever keeps the log cannot change it."
    )


def _make_key(path: str, origin: str | None) -> None:
    from eventstore.signing import new_key, write_key

    if origin is None:
        raise click.UsageError("--new-key needs the name of the log: --origin NAME.")
    key = new_key(origin)
    write_key(key, path)
    _print(f"{key.public}\n")
    say(
        f"The private key is in {path}: show it to nobody. Printed is the public key, for everybody who checks signatures."
    )


@click.command("proof", cls=Command)
@click.argument("event", required=False)
@click.option(
    "--since", metavar="CHECKPOINT", help="Prove instead that the log went on from the checkpoint in this file."
)
@click.option(
    "--checkpoint", metavar="FILE", help="The checkpoint to prove it with.  [default: one of the log as it stands]"
)
@click.option("--output", metavar="FILE", help="The new file to write.  [default: standard output]")
@database_option
def proof_command(
    event: str | None, since: str | None, checkpoint: str | None, output: str | None, database: str
) -> None:
    """Prove that an event is in the log, or that the log went on unchanged.

    EVENT is a position, an id, or the beginning of an id. The proof is a small JSON document that is checked without the log:
    cis verify --proof FILE, or eventstore/verifier.py, which needs nothing but Python.
    """
    if (event is None) == (since is None):
        raise click.UsageError("Name an event, or the checkpoint from which the log went on (--since).")
    from eventstore import proof
    from eventstore.checkpoint import read
    from eventstore.database import Database
    from eventstore.search import find

    old = None if since is None else read(since)
    rests_on = None if checkpoint is None else read(checkpoint)
    with Database(database).record() as connection:
        if old is not None:
            made: Proof = proof.consistency(connection, old, rests_on)
        else:
            made = proof.inclusion(connection, find(connection, event or ""), rests_on)
    _write(proof.write(made), output)
    say(f"Proven: {proof.check(made).sentence}.")


def _print(text: str) -> None:
    """Print a text of which every byte counts: what a signature is over must not depend on the terminal's letters."""
    click.echo(text.encode(), nl=False)


def _write(text: str, output: str | None) -> None:
    with target(output) as place:
        if place is None:
            _print(text)
        else:
            place.write_text(text, encoding="utf-8", newline="")


def _refuse_idle(ctx: click.Context, when: str, *names: str) -> None:
    """Refuse options that were typed and have no effect; the database may be set in the environment for other commands."""
    for name in names:
        if any(typed_in(ctx, name)):
            option = next(param.opts[0] for param in ctx.command.params if param.name == name)
            raise click.UsageError(f"{option} has no effect {when}.", ctx)
