"""HTTP /v1: the contracts in protos/ transcoded to HTTP and JSON."""
