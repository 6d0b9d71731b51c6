"""What can be asked of billing; every answer stays inside the caller's row scope."""
