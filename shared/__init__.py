"""Savepoint's library: schema, runtime and domain, shared by every function."""

import gc
import os

# Imports create no garbage, and requests create little. Collecting it less often than every 700
# objects takes 50 to 100 ms off a cold start.
gc.set_threshold(50_000)

# No bundle contains a pydantic plugin, and looking for one reads every package's metadata.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
