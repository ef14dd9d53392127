"""Readers: files that enterprises already send, read strictly and turned into drafts of events.

`ceb` reads the messages of China Customs, `epcis` reads EPCIS 2.0 documents, and `corpus` runs both over a folder
of files and compares what came out with a committed table. A reader only reads: it signs nothing, asks nobody over
the network, and leaves nothing behind.
"""
