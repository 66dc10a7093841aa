"""The console: a page that shows the local cloud live, and its back-end within the edge."""
