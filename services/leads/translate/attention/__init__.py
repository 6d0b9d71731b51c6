"""From stored values to protobuf and back, for attention."""
