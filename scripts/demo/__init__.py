"""Simulates players, and checks that the stored results match the sessions they played.

players          generates players, their sessions and their batches
expected         calculates the expected result independently of the product
sending          sends the batches
faults           kills a service while batches are being sent
proof            compares rows, documents and inboxes with the expected result
screenshot       takes the README's pictures
temporary_cloud  runs a local cloud for the duration of a block
chromium         opens a headless browser
"""
