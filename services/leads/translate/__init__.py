"""From stored values to protobuf and back, by area."""
