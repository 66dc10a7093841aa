"""The console: a web page that shows the local cloud live, and its back end in the edge process."""
