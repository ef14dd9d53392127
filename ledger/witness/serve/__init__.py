"""What a witness answers over HTTP: cosignatures on request, what it cosigned, statements that were not logged."""
