"""What somebody typed, to the pages that it may mean."""
