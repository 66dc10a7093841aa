"""Simulated players report through the gateway; then it is proved that nothing was lost."""
