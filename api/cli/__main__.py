"""`python -m api.cli`: the same as `suyuan`."""

from api.cli import main

main()
