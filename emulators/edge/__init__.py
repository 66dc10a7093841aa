"""What stands before the functions: gateway, issuer, event relay, schedules."""
