"""Results that follow from their inputs, for whoever holds the inputs: matches, limits, states, totals, balances.

Pure rules over values. They stand above `judgement` and below `proof`, know no more of the vocabulary than the names
of its types, and decide nothing: a recorded result is somebody's word until it is recomputed (docs/matching.md).
"""
