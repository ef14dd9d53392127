"""One release of the consumer's page: its script, style, icons and trust policy, under one fingerprint (ADR 44)."""
