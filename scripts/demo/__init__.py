"""Simulated players report through the gateway; the stored result must match what they played.

players          invents players, their sessions and their batches
expected         calculates the result independently of the product
sending          sends the batches
faults           kills a service while batches are sent
proof            compares rows, documents and inboxes with the expected result
screenshot       the README's pictures
temporary_cloud  a local cloud for as long as a block runs
chromium         a headless browser
"""
