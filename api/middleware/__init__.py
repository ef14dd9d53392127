"""What every request passes, from the outside in: observed, counted, HEAD as GET, unread bodies drained."""
