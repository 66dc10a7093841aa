"""The local cloud: real emulators, the functions, and the wiring that production has."""
