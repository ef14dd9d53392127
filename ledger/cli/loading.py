"""Commands whose modules are imported when they are used, so that each starts without what the others need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info, get_group_from_info
from typer.models import CommandInfo, TyperInfo

Command = Any  # a TyperCommand or TyperGroup; their common class is typer's own affair


@dataclass(frozen=True, slots=True)
class Later:
    """A command, or a group of commands, by its place.

    Attributes:
        place: `module:name` of its function, or of the `Typer` of its group.
        help: returns what it does, in the locale's language.
    """

    place: str
    help: Callable[[], str]

    def load(self, name: str) -> Command:
        """Return the command, its module imported."""
        module, _, attribute = self.place.partition(":")
        made = getattr(import_module(module), attribute)
        if isinstance(made, Typer):
            group = TyperInfo(made, name=name)
            return get_group_from_info(
                group, pretty_exceptions_short=False, rich_markup_mode=None, suggest_commands=True
            )
        command = CommandInfo(name, callback=made, help=self.help())
        return get_command_from_info(command, pretty_exceptions_short=False, rich_markup_mode=None)


class LaterGroup(TyperGroup):
    """A group of which each command is loaded when it is asked for, and none to list them."""

    later: ClassVar[Mapping[str, Later]] = {}

    def __init__(self, **settings: Any) -> None:
        """Make the group with the commands of `later`."""
        super().__init__(**settings)
        self.commands = _Loaded(self.later)  # type: ignore[assignment] # whoever changes commands, changes `later`

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as typer has it
        """Return the names."""
        return list(self.later)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write names and helps."""
        told: dict[str, Command] = {name: TyperCommand(name, help=each.help()) for name, each in self.later.items()}
        TyperGroup(commands=told).format_commands(ctx, formatter)


class _Loaded(Mapping[str, Command]):
    """The commands by name."""

    def __init__(self, later: Mapping[str, Later]) -> None:
        self._later = later
        self._made: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._made:
            self._made[name] = self._later[name].load(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._later)

    def __len__(self) -> int:
        return len(self._later)
