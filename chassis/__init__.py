"""Technical parts shared by all services; knows no business word."""
