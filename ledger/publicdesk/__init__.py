"""The zone's public desk: what a person without a key has said for it, with the desk's own (docs/public-desk.md)."""
