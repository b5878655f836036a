"""`faxtui doctor`: looks at everything between this terminal and the list of faxes, and says what to do."""
