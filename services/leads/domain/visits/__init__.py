"""Work at the customer's: notes of visits, routes, stock, and the focus of a day."""
