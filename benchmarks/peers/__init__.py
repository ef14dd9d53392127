"""The same events through others: what they do not do stands beside how fast they are."""
