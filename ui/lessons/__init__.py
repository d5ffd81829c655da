"""How lessons are drawn: controls, evidence from real runs, and the check of an answer."""
