"""The POS edge: tills hand over their receipts here and hear when they are durable."""
