"""Completion in the shell: the script that turns it on, and what is offered for names that the record knows.

Nothing is ever said while a person is typing: where there is no record, or no database, nothing is offered.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from cli.options import DATABASE, VARIABLE, Command, typed_in

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")
Offer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem[str]]"]


@click.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(SHELLS))
def completion_command(shell: str) -> None:
    """Print the script that turns on completion in a shell.

    \b
    bash:  echo 'eval "$(cis completion bash)"' >> ~/.bashrc
    zsh:   echo 'eval "$(cis completion zsh)"' >> ~/.zshrc
    fish:  cis completion fish > ~/.config/fish/completions/cis.fish

    Then the Tab key completes commands, options, kinds of events and reports, and the ids of organisations, bodies, offices,
    persons, treaties, states and sources as the record has them.
    """
    from click.shell_completion import get_completion_class

    from cli.main import program

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(program, {}, "cis", VARIABLE).source())


def names(*registers: str) -> Offer:
    """What to offer for a name of some registers (see `projections.names`), as `shell_complete` takes it."""

    def offer(ctx: click.Context, _: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
        from click.shell_completion import CompletionItem

        from projections import names as known

        return [
            CompletionItem(name, help=text)
            for register in registers
            for name, text in known.names(_database(ctx), register, incomplete)
        ]

    return offer


def files(_: click.Context, __: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
    """That the shell offers the names of files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """What to offer for a kind of event."""
    from eventstore.events import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


def of_rows(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem[str]]":
    """What to offer for the key of a row of a view: `cis why VIEW KEY`."""
    from projections.names import REGISTERS

    view, given = str(ctx.params.get("view")).replace("-", "_"), len(ctx.params.get("key") or ())
    keys = _KEYS.get(view, (view,))
    registers = keys[min(given, len(keys) - 1)].split()
    return names(*(name for name in registers if name in (*REGISTERS, "state")))(ctx, parameter, incomplete)


_KEYS = {  # of each view, what its key is made of, part by part
    "membership": ("state organisation", "state"),
    "council_roster": ("body office", "state office person"),
    "treaty_status": ("treaty",),
    "treaty_party": ("treaty", "state"),
    "meeting_attendance": ("meeting", "state"),
}


def _database(ctx: click.Context) -> str:
    """The address that the command line names, or the environment."""
    for typed in typed_in(ctx, "database"):
        return str(typed.params["database"])
    return os.environ.get("CIS_REPORT_DATABASE_URL") or os.environ.get("CIS_DATABASE_URL") or DATABASE
