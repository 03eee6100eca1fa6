"""What people and judges said: correcting a judge by a few labels, and ranking by preferences.

Imported by file, so that nothing here is loaded before it is needed.
"""
