"""Reading a document on the screen: its pages as dots, dots as characters, and its text.

The libraries that decode a document run in a process of their own: what a stranger sent may hang them, crash them or
make them ask for gigabytes, and the one for TIFF writes its complaints to the terminal.
"""
