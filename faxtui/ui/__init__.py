"""The screen: Textual, and nothing that decides what is fetched."""
