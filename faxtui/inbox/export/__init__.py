"""Writing down what is looked at: the rows of a list, for scripts, spreadsheets and people."""
