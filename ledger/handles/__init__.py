"""Whose number is which handle: a projection of opening events, held keyed-hashed beside the ledger.

Orders, parcels and lists are known in public by random handles. Whoever gives a number opens its handle by an event in
which the number is a disclosure; here the ledger finds that event again for whoever may read the disclosure. The file
holds no number, only hashes under a key of its own; deleting it loses nothing.
"""
