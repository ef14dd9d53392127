"""Commands for operators, participants and witnesses; `ledger.cli.commands.app` holds them all.

Data goes to standard output, everything else to standard error. Exit codes: 0 done · 1 refused, or
checked and found false · 2 wrong usage, or a file of yours that is not what it must be · 3 not yet: no
quorum, busy, stale · 4 could not: network, files, keys · 5 not supported · 70 a fault of this program.
"""
