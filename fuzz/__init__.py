"""Coverage-guided fuzzing of everything that reads a file from elsewhere: `make fuzz`."""
