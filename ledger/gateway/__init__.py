"""The participant's gateway: what comes in is durable before it is answered, and sent until the ledger has its receipt.

`Gateway` runs it: `intake` reads what came, `composing` makes events, `register` knows which handle stands for which
number, `batching` chooses what is signed together, `sending` brings statements to the ledger, `receipts` keeps and
redeems its answers, `resolving` asks the ledger for the handles of others. All of it stands in one SQLite file with one
writer (`store`).
"""
