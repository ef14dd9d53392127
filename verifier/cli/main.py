"""The command line: arguments, exit codes, and one place where errors become messages."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from verifier import __version__
from verifier.cli.alone import add_commands as add_single_commands
from verifier.cli.audit import add_audit_command
from verifier.cli.bundle import add_command as add_bundle_command
from verifier.cli.custody import add_command as add_custody_command
from verifier.cli.files import FileError
from verifier.cli.promise import add_commands as add_promise_commands
from verifier.cli.qr import add_command as add_qr_command
from verifier.cli.recompute import add_command as add_recompute_command
from verifier.cli.speaking import EXIT_CLOSED, complain, let_go, prepare
from verifier.cli.statistics import add_command as add_statistics_command
from verifier.cli.trace import add_command as add_trace_command
from verifier.cli.withheld import add_command as add_withheld_command
from verifier.cli.witness_report import add_command as add_report_command
from verifier.errors import (
    IncompleteError,
    MalformedError,
    NotRecognisedError,
    SuyuanError,
    UnsupportedError,
)
from verifier.rendering import render_error
from verifier.texts import LANGUAGES, language_of, text

EXIT_USAGE, EXIT_INTERNAL = 2, 70
_LANG = "language of the answer (default: the locale's)"
_EPILOG = """exit codes: 0 verified · 1 altered or contradictory · 2 wrong usage · 3 incomplete or not recognised ·
4 cannot be read here · 5 not supported · 70 fault of this program · 141 nobody reads the answer

examples:
  suyuan-verify trace parcel.trace --policy trust.policy
  suyuan-verify receipt order.receipt --statement order.statement --charter zone.charter --policy trust.policy
  suyuan-verify audit export/ --policy trust.policy --report report.json"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    prepare()
    parser = build_parser()
    options = parser.parse_args(arguments)
    options.lang = options.lang or language_of(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    try:
        code: int = options.run(options)
        print(end="", flush=True)
    except BrokenPipeError:
        let_go(sys.stdout)
        return EXIT_CLOSED
    except FileError as error:
        complain(text("error.file", options.lang, path=error.path, reason=error.reason))
        return 4
    except SuyuanError as error:
        complain(render_error(error, options.lang))
        return exit_code_of(error)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last resort says that the fault is ours
        complain(text("error.internal", options.lang, reason=f"{type(error).__name__}: {error}"))
        return EXIT_INTERNAL
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="suyuan-verify",
        description="Check Suyuan's proofs on your own machine, without a network. 在本机离线核验溯源证明。",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--lang", choices=LANGUAGES, help=_LANG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_trace_command(commands)
    add_custody_command(commands)
    add_bundle_command(commands)
    add_single_commands(commands)
    add_promise_commands(commands)
    add_qr_command(commands)
    add_withheld_command(commands)
    add_report_command(commands)
    add_audit_command(commands)
    add_recompute_command(commands)
    add_statistics_command(commands)
    for command in commands.choices.values():  # before the command or after it: whoever says neither loses nothing
        command.add_argument("--lang", choices=LANGUAGES, help=_LANG, default=argparse.SUPPRESS)
    return parser


def exit_code_of(error: SuyuanError) -> int:
    """Return the exit code of a refusal that is not a verdict."""
    if isinstance(error, UnsupportedError):
        return 5
    if isinstance(error, MalformedError):
        return 4
    return 3 if isinstance(error, IncompleteError | NotRecognisedError) else 1
