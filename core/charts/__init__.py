"""Charts: records → plotly figures, as plain dictionaries, with a sentence that says what they show. Pure."""
