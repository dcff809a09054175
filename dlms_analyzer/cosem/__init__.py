"""COSEM meaning: what classes, attributes, names and values say to people, and what a meter is remembered by."""
