"""Our nouns, each with its parse and format: events, statements, seals, receipts, the index, types."""
