"""The catalogue."""

from collections.abc import Sequence

from chassis.pages import Page
from services.quotes.documents import Product


def list_products(page: Page) -> tuple[Sequence[Product], str]:
    """One page of products by SKU, and the token of the next one."""
    return page.cut(Product.after(str(page.after[0]) if page.after else "", limit=page.size + 1), lambda p: (p.id,))
