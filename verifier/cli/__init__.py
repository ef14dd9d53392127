"""`suyuan-verify`: the auditor's and consumer's command, and the only door to files and network."""

from verifier.cli.main import main

__all__ = ["main"]
