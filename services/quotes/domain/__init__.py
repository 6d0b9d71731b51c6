"""The rules of products, prices, approvals and signatures: pure functions and values, standard library only."""
