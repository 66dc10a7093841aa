"""The runtime shared by all functions, independent of the product's domain."""
