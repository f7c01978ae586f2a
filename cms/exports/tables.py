"""What can be exported. The import's own columns come first; what is not read back has columns for people."""

from __future__ import annotations

from cms.exports.after_sale import COMPLAINTS, CREDIT_NOTES, FEEDBACK, INVOICES, PAYMENTS, RETURNS
from cms.exports.table import Table
from cms.models import Activity, Customer, Order, OrderLine, Product

CUSTOMERS = Table(
    "customers", "Customers", "customer", "customers", Customer,
    (
        ("customer_ref", "text", Customer.ref),
        ("name", "text", Customer.name),
        ("email", "text", Customer.email),
        ("phone", "phone", Customer.phone),
        ("gender", "text", Customer.gender),
        ("segment", "text", Customer.segment),
        ("address", "text", Customer.address),
        ("city", "text", Customer.city),
        ("state", "text", Customer.state),
        ("postcode", "text", Customer.postcode),
        ("country", "text", Customer.country),
        ("gstin", "text", Customer.gstin),
        ("created_at", "moment", Customer.created_at),
        ("note", "text", Customer.note),
        ("status", "text", Customer.override_status),
        ("status_until", "day", Customer.override_until),
        ("status_reason", "text", Customer.override_reason),
        ("offers_since", "moment", Customer.marketing_at),
        ("archived_at", "moment", Customer.archived_at),
    ),
    lambda query: query, room="customers",
)  # fmt: skip
PRODUCTS = Table(
    "products", "Products", "product", "products", Product,
    (
        ("sku", "text", Product.sku),
        ("name", "text", Product.name),
        ("price", "money", Product.price_paise),
        ("category", "text", Product.category),
        ("hsn", "text", Product.hsn),
        ("gst_rate", "percent", Product.gst_rate_bp),
        ("kind", "text", Product.kind),
        ("stock", "whole", Product.stock),
        ("archived_at", "moment", Product.archived_at),
    ),
    lambda query: query, room="products",
)  # fmt: skip
# The customer's and the product's numbers as they are now: the import finds them by these.
ORDERS = Table(
    "orders", "Order lines", "order line", "order lines", Order,
    (
        ("order_no", "text", Order.ref),
        ("customer_ref", "text", Customer.ref),
        ("ordered_at", "moment", Order.ordered_at),
        ("status", "text", Order.status),
        ("line_no", "whole", OrderLine.line_no),
        ("sku", "text", Product.sku),
        ("product_name", "text", OrderLine.product_name),
        ("quantity", "whole", OrderLine.quantity),
        ("unit_price", "money", OrderLine.unit_price_paise),
        ("discount_percent", "percent", OrderLine.discount_bp),
        ("delivered_at", "moment", Order.delivered_at),
        ("settled", "flag", Order.settled_before),
        ("address", "text", Order.address),
        ("note", "text", Order.note),
        ("gst_mode", "text", Order.gst_mode),
        ("place_of_supply", "text", Order.place_of_supply),
        ("round_off", "money", Order.round_off_paise),
        ("discount", "money", OrderLine.discount_paise),
        ("order_discount", "money", OrderLine.order_discount_paise),
        ("hsn", "text", OrderLine.hsn),
        ("gst_rate", "percent", OrderLine.gst_rate_bp),
        ("taxable", "money", OrderLine.taxable_paise),
        ("cgst", "money", OrderLine.cgst_paise),
        ("sgst", "money", OrderLine.sgst_paise),
        ("igst", "money", OrderLine.igst_paise),
    ),
    lambda query: query.join(OrderLine, OrderLine.order_id == Order.id)
    .join(Customer, Customer.id == Order.customer_id)
    .join(Product, Product.id == OrderLine.product_id),
    (OrderLine.line_no,), room="orders", count=Order.line_count,
)  # fmt: skip
ORDER_TOTALS = Table(
    "order-totals", "Orders", "order", "orders", Order,
    (
        ("order_no", "text", Order.ref),
        ("customer_ref", "text", Customer.ref),
        ("customer", "text", Customer.name),
        ("phone", "phone", Customer.phone),
        ("ordered_at", "moment", Order.ordered_at),
        ("status", "text", Order.status),
        ("delivered_at", "moment", Order.delivered_at),
        ("lines", "whole", Order.line_count),
        ("units", "whole", Order.units),
        ("order_discount", "money", Order.discount_paise),
        ("total", "money", Order.total_paise),
        ("tax_on_top", "money", Order.tax_paise),
        ("round_off", "money", Order.round_off_paise),
        ("payable", "money", Order.payable_paise),
        ("returned", "money", Order.returned_paise + Order.returned_tax_paise),
        ("paid", "money", Order.paid_paise),
        ("due", "money", Order.due_paise),
        ("address", "text", Order.address),
        ("note", "text", Order.note),
    ),
    lambda query: query.join(Customer, Customer.id == Order.customer_id), read_back=False, room="orders",
)  # fmt: skip
ACTIVITY = Table(
    "activity", "Activity", "entry", "entries", Activity,
    (
        ("at", "moment", Activity.at),
        ("by", "text", Activity.by_name),
        ("done", "text", Activity.verb),
        ("about", "text", Activity.thing),
        ("number", "text", Activity.thing_ref),
        ("customer_ref", "text", Customer.ref),
        ("order_no", "text", Order.ref),
        ("before", "json", Activity.before),
        ("after", "json", Activity.after),
    ),
    lambda query: query.outerjoin(Customer, Customer.id == Activity.customer_id)
    .outerjoin(Order, Order.id == Activity.order_id), read_back=False, room="activity",
)  # fmt: skip

TABLES = {
    table.name: table
    for table in (
        CUSTOMERS, PRODUCTS, ORDER_TOTALS, ORDERS, RETURNS, PAYMENTS, INVOICES, CREDIT_NOTES, COMPLAINTS, FEEDBACK,
        ACTIVITY,
    )
}  # fmt: skip
"""Everything that can be exported, as the page lists it."""
