"""Create or replace a product."""

from dataclasses import replace

from services.quotes.documents import Product
from services.quotes.domain.catalogue import CatalogueEntry


def put_product(entry: CatalogueEntry) -> Product:
    """Set everything the catalogue says about this SKU; the same content again changes nothing.

    A cost of 0 keeps the cost that is known, so that people who may not see it do not erase it.
    """
    product = Product.find(entry.sku)
    if product is None:
        product = Product(id=entry.sku)
    else:
        known = product.entry
        entry = replace(entry, cost_minor=entry.cost_minor or known.cost_minor)
        if entry == known:
            return product
    product.write_entry(entry)
    product.emit_state()
    product.commit()
    return product
