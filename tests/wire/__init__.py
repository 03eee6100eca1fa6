"""Every provider at the wire: from a profile file to the bytes that leave, and from its documented replies to a row."""
