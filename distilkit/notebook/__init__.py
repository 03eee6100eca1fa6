"""What people see and press in a notebook: widgets, each with a static picture of itself beside it."""
