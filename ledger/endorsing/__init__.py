"""What awaits an agency, and answering it: the inbox, the checked case, the endorsement.

On the server, `Projection` follows the committed events into a small database of its own: derived, never in the
writer's path, rebuilt whenever it is deleted. On the agency's side, `queue`, `case` and `endorse` fetch, check,
and build what is signed; `suyuan inbox`, `suyuan endorse` and the desk share them.
"""
