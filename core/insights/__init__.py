"""What a finished run can be asked: its spectrum, its words, and why it answers as it does. Records, for pages."""
