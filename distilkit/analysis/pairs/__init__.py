"""Two models on the same prompts: differences of score, ratios of dollars, and what is good enough.

Imported by file, so that nothing here is loaded before it is needed.
"""
