"""What every projection has in common: following committed events, a little behind the writer, never in its path.

A projection is a `Follower` with a `Layout` of its own tables and a `take` that reads events into them. The rest
stands here: the thread and the waiting (`follower`), the file that is made anew where it is not ours (`file`), whole
blocks at a time (`blocks`). Whatever is derived so can be deleted at any time; nothing is lost.
"""
