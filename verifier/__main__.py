"""`python -m verifier`: the same as `suyuan-verify`."""

from verifier.cli.main import main

raise SystemExit(main())
