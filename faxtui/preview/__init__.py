"""Reading a document on the screen: its pages as dots, and dots as characters.

The libraries that take a document apart run in a process of their own: what a stranger sent may hang them, crash
them or make them ask for gigabytes, and the one for TIFF writes its complaints to the terminal.
"""
