"""What an operator runs, locally and against production: `python -m ops COMMAND`."""
