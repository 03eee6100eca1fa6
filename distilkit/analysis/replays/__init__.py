"""Rules that ask several models, played from recorded answers: cascades and routers.

Imported by file, so that nothing here is loaded before it is needed.
"""
