"""Tables, columns and modes as people call them, and a row of each table to begin from."""

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    "customers": "Customers",
    "products": "Products",
    "orders": "Orders, a row for each line",
    "returns": "Returns",
    "payments": "Payments",
    "feedback": "Feedback",
    "complaints": "Complaints",
}
MODES: Mapping[str, str] = {
    "create": "Add new ones, leave those I have as they are",
    "both": "Add new ones and update those I have",
    "update": "Only update those I have",
}
STEPS: Mapping[str, str] = {"match": "to be matched", "check": "checked", "land": "being imported"}
_SPECIAL: Mapping[str, str] = {
    "customer_ref": "Customer number",
    "sku": "Product code",
    "order_no": "Order number",
    "return_no": "Return number",
    "payment_no": "Payment number",
    "complaint_no": "Complaint number",
    "credit_note_no": "Credit note number",
    "company": "Company (where there is no name)",
    "gstin": "GSTIN",
    "hsn": "HSN code",
    "gst_rate": "GST rate, %",
    "discount_percent": "Discount, %",
    "cgst": "CGST",
    "sgst": "SGST",
    "igst": "IGST",
    "gst_mode": "GST registration then",
    "email": "E-mail",
    "postcode": "PIN code",
    "created_at": "Customer since",
    "ordered_at": "Ordered on",
    "delivered_at": "Delivered on",
    "returned_at": "Came back on",
    "paid_at": "Paid on",
    "opened_at": "Opened on",
    "at": "Given on",
    "line_no": "Line number",
    "text": "What is wrong",
}
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "customers": {
        "name": "Lakshmi Devi", "email": "lakshmi@example.com", "phone": "98480 22338", "gender": "Female",
        "segment": "Individual", "address": "12-4 Temple Road", "city": "Guntur", "state": "Andhra Pradesh",
        "postcode": "522002", "country": "India",
    },
    "products": {
        "sku": "SAR-01", "name": "Cotton saree", "price": "1180.00", "category": "Sarees", "hsn": "5208",
        "gst_rate": "5", "kind": "goods", "stock": "12",
    },
    "orders": {
        "order_no": "A-1001", "customer_ref": "CUST001", "ordered_at": "2026-01-31 14:30", "status": "Delivered",
        "line_no": "1", "sku": "SAR-01", "product_name": "Cotton saree", "quantity": "2", "unit_price": "1180.00",
        "discount_percent": "10", "delivered_at": "2026-02-03",
    },
    "returns": {
        "order_no": "A-1001", "line_no": "1", "sku": "SAR-01", "quantity": "1", "reason": "Wrong colour",
        "returned_at": "2026-02-05", "refund_unit_price": "1062.00",
    },
    "payments": {
        "order_no": "A-1001", "amount": "2124.00", "paid_at": "2026-01-31", "method": "upi",
        "reference": "603112345678",
    },
    "feedback": {"order_no": "A-1001", "rating": "5", "comment": "Lovely cloth", "at": "2026-02-06"},
    "complaints": {
        "order_no": "A-1001", "customer_ref": "CUST001", "sku": "SAR-01", "text": "The border came loose",
        "status": "open", "opened_at": "2026-02-10",
    },
}  # fmt: skip


def column(name: str) -> str:
    """A column of ours in words.

    >>> column("customer_ref"), column("unit_price"), column("name")
    ('Customer number', 'Unit price', 'Name')
    """
    return _SPECIAL.get(name) or name.replace("_", " ").capitalize()


def rest(name: str, why: str) -> str:
    """Why a column was refused, where its name stands in front of it already.

    >>> rest("name", "name is needed"), rest("city", "Choose another")
    ('is needed', 'Choose another')
    """
    return why.removeprefix(f"{name} ")
