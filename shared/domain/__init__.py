"""What the product knows, one module per word. Knows nothing of HTTP or CloudEvents."""
