"""What one piece of work costs here, beside a floor that is measured in the same run."""
