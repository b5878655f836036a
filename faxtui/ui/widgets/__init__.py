"""What a screen is put together from: widgets take domain values and post messages."""
