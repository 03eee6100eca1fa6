"""Tables in files: CSV, JSONL and Parquet, read and written by their ending; safe against formulas.

Knows pandas and paths; knows nothing of what the columns mean.
"""

from distilkit.files.finished import read_rows
from distilkit.files.incoming import read_table
from distilkit.files.outgoing import check_target, defused, write_table

__all__ = ["check_target", "defused", "read_rows", "read_table", "write_table"]
