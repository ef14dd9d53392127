"""The participant's side: from a draft to heads, bodies, disclosures and a signed submission.

The server never chooses the bytes that anybody signs: they are built here, by whoever holds the key.
"""
