"""Answering by batches at half the price: handed over, waited for, and collected into the same store and rows.

What is in a batch is noted on the disk before it is sent, so that no process sends it a second time.
"""

from __future__ import annotations
