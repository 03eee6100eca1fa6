"""From a frame to a frame: what the answers were worth, and how sure that is.

Imported by file (`analysis.summary`), so that nothing here is loaded before it is needed.
"""
