"""The participant's gateway over HTTP, on the participant's own machine (docs/gateway.md)."""
