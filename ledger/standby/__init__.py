"""Standing by: processes that follow what the leader commits, serve reads from it, and can take the lead."""
