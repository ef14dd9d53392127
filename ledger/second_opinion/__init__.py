"""Other people's code as a yardstick: named by entry points, loaded only when an auditor asks for it."""
