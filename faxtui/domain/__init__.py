"""What a fax, a query, a window, a page and a period are: frozen values, no input or output."""
