"""The zone's public desk on HTTP: hidden codes, scans, complaints, return requests (docs/public-desk.md)."""
