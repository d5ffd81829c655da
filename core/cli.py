"""The command line: `python -m core run …`. Exit code 0 done, 2 bad input, 130 interrupted."""

import ast
import importlib
import io
import pkgutil
import sys
from pathlib import Path

import click

from core import commands
from core.errors import RanklensError, StoppedError


class Commands(click.Group):
    """The files of `core.commands`, each with a command called as the file is; imported once it is asked for.

    A command is a function under `click.command` or `click.group`, as the first one of its file is.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        del ctx
        return [module.name for module in pkgutil.iter_modules(commands.__path__)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, so that what others import, such as torch, isn't waited for."""
        if cmd_name not in self.list_commands(ctx):
            return None
        there = vars(importlib.import_module(f"core.commands.{cmd_name}")).values()
        return next(each for each in there if isinstance(each, click.Command) and each.name == cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A line for each, read from its file: asking the commands would import what all of them need."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(name)) for name in self.list_commands(ctx)])


def _first_line(command: str) -> str:
    """Of the docstring of the function that is the command."""
    tree = ast.parse(Path(commands.__path__[0], f"{command}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any("click." in ast.unparse(each) for each in node.decorator_list):
            return (ast.get_docstring(node) or "").partition("\n")[0]
    return ""


@click.group(cls=Commands)
def cli() -> None:
    """Ranklens shows what each rank costs: train, compress the embedding table, re-train, profile."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line on `arguments`, or the process's own; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal's encoding has an arrow
    try:
        cli.main(args=arguments, prog_name="python -m core", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return StoppedError.exit_code
    except RanklensError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    return 0
