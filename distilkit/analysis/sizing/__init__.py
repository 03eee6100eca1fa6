"""How many prompts: before a study, and when to stop one.

Imported by file, so that nothing here is loaded before it is needed.
"""
