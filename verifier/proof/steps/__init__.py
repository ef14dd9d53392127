"""The nine steps of verification, one module each (docs/formats.md, section 18).

Each takes the examination, returns what it established, and raises what keeps it from that.
"""
