"""What can be asked of the stores service; every answer is limited to the rows that the caller may see."""
