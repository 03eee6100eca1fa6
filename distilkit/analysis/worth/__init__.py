"""What is worth its money: who is beaten on dollars and score, for sure and by chance.

Imported by file, so that nothing here is loaded before it is needed.
"""
