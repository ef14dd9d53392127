"""The corpus: a folder of real files, run through the readers and compared with a committed table.

    python -m ledger.readers.corpus FOLDER [--write] [--table tests/corpus/table.csv]

The folder is not part of the project. The table holds names, SHA-256 hashes and reasons: no content.
"""
