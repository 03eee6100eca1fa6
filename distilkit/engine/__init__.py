"""Asking many: pacing, retries, concurrency, and the run that ties them to the store.

Knows calls, records and the store; knows no provider (`send` is a parameter) and no frame (`settle` is one too).
"""
