"""What is done with faxes: save, delete, export."""
