"""Which of several processes leads: each is a candidate, and a lease with a fencing number decides."""
