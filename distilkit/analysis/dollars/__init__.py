"""Where the dollars went, what a list price was, and what a larger run would cost.

Imported by file, so that nothing here is loaded before it is needed.
"""
