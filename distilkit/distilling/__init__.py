"""From answers to training data: which rows may be learnt from, why the others may not, and what each step cost.

Frames in, frames out: nothing here asks a model. Works on a frame of `compare`, on one read back from a file, and on
any frame with `prompt` and `content`; a column that is missing is unknown.
"""
