"""What follows from parts that were checked: who may say what, what is recognised, what contradicts."""
