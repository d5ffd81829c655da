"""Options drawn from parameters: nothing is written twice."""

import click

from core.parameters import Spec


def option_of(spec: Spec) -> click.Option:
    """The command-line option for one parameter; its value stays text until the configuration reads it."""
    default = spec.unset if spec.default is None else spec.default
    text = f"{spec.help} {spec.allowed[0].upper()}{spec.allowed[1:]}. [default: {default}]"
    return click.Option([f"--{spec.name.replace('_', '-')}", spec.name], metavar=spec.kind.__name__.upper(), help=text)
