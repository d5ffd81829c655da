"""Components that register themselves: adding one is adding a file to its package."""

import importlib
import pkgutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.errors import UnknownNameError
from core.parameters import Parameters

T = TypeVar("T")


@dataclass(frozen=True)
class Component(Generic[T]):
    """One registered thing: what it is called, how it is made, and an example that the contract tests run on.

    `awaits` says in a sentence what has to be fetched first with the given parameters; "" where all is here.
    """

    name: str
    title: str
    help: str
    build: T
    example: Parameters
    awaits: Callable[[Any], str]
    formula: str

    @property
    def parameters(self) -> type[Parameters]:
        """The dataclass that describes the component's parameters."""
        return type(self.example)


class Registry(Generic[T]):
    """All components of one kind, found in the modules of one package the first time somebody looks."""

    def __init__(self, kind: str, package: str) -> None:
        """Collect components of `kind` ("model", "method", …) from the modules of `package`."""
        self.kind = kind
        self._package = package
        self._components: dict[str, Component[T]] = {}
        self._modules: dict[str, str] = {}  # where each is registered
        self._discovered = False

    def register(
        self,
        name: str,
        *,
        title: str,
        help: str,  # noqa: A002 - the word that Streamlit, click and argparse use
        example: Parameters | None = None,
        awaits: Callable[[Any], str] = lambda _: "",
        formula: str = "",
    ) -> Callable[[T], T]:
        """Register the decorated class or function as `name`.

        Args:
            name: how configurations, URLs and the command line call it.
            title: how a form shows it.
            help: one sentence for the form.
            example: parameters to try it with; its type is the component's parameter dataclass.
            awaits: says what a run with such parameters has to fetch first, if anything.
            formula: what it computes, in LaTeX, where a page shows that.

        Raises:
            ValueError: when the name is taken.
        """
        module = sys._getframe(1).f_globals["__name__"]

        def add(build: T) -> T:
            if name in self._components:
                raise ValueError(f"A {self.kind} named {name!r} is registered already.")
            self._modules[name] = module
            self._components[name] = Component(name, title, help, build, example or Parameters(), awaits, formula)
            return build

        return add

    def names(self) -> tuple[str, ...]:
        """Every registered name, in the order of their modules."""
        self._discover()
        return tuple(self._components)

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        """Every component."""
        self._discover()
        return iter(self._components.values())

    def get(self, name: str) -> Component[T]:
        """The component called `name`.

        Raises:
            UnknownNameError: listing the names there are.
        """
        self._discover()
        try:
            return self._components[name]
        except KeyError:
            raise UnknownNameError(self.kind, name, self._components) from None

    def name_of(self, build: T) -> str:
        """The name that `build` is registered under.

        Raises:
            ValueError: when it isn't registered.
        """
        self._discover()
        for component in self._components.values():
            if component.build is build:
                return component.name
        raise ValueError(f"{build} isn't registered as a {self.kind}.")

    def _discover(self) -> None:
        """Import every module of the package, once. A module that fails to import fails here, loudly."""
        if self._discovered:
            return
        package = importlib.import_module(self._package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self._package}.{module.name}")
        by_module = sorted(self._components.items(), key=lambda item: self._modules[item[0]])
        self._components = dict(by_module)  # whichever of them somebody imported first
        self._discovered = True
