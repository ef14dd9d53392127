"""Proof files and what verifying one means: the nine steps, the verdict, evidence, the audit."""
