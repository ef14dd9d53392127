"""Hidden codes under scratch layers: drawn at packing, revealed once; how often a label is seen (docs/labels.md)."""
