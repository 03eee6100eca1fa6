"""From figures to a decision: whom to use, why, and the strategy that follows from it.

Imported by file, so that nothing here is loaded before it is needed.
"""
