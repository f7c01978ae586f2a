"""What is exported of all that follows a sale. The import's own columns come first."""

from __future__ import annotations

from sqlalchemy import case, func
from sqlalchemy.orm import aliased

from cms.exports.table import Table
from cms.models import Complaint, CreditNote, Customer, Feedback, Invoice, Order, OrderLine, Payment, Product, Return

_each = case((Return.refund_paise % Return.quantity == 0, Return.refund_paise // Return.quantity))
_back = aliased(Return)
RETURNS = Table(
    "returns", "Returns", "return", "returns", Return,
    (
        ("order_no", "text", Order.ref),
        ("line_no", "whole", OrderLine.line_no),
        ("sku", "text", Product.sku),
        ("quantity", "whole", Return.quantity),
        ("reason", "text", Return.reason),
        ("returned_at", "moment", Return.returned_at),
        ("refund_unit_price", "money", _each),
        ("credit_note_no", "text", func.coalesce(CreditNote.number, Return.credit_note_ref)),
        ("return_no", "text", Return.ref),
        ("state", "text", Return.state),
        ("refund", "money", Return.refund_paise),
        ("refund_tax", "money", Return.tax_paise),
        ("refund_mode", "text", Return.refund_mode),
        ("restocked", "flag", Return.restocked),
        ("words", "text", Return.words),
        ("late_reason", "text", Return.late_reason),
        ("decision", "text", Return.decision),
        ("refunded_on", "day", Return.refunded_on),
    ),
    lambda query: query.join(Order, Order.id == Return.order_id)
    .join(OrderLine, OrderLine.id == Return.order_line_id)
    .join(Product, Product.id == Return.product_id)
    .outerjoin(CreditNote, CreditNote.id == Return.credit_note_id), room="returns",
)  # fmt: skip
PAYMENTS = Table(
    "payments", "Payments", "payment", "payments", Payment,
    (
        ("order_no", "text", Order.ref),
        ("amount", "money", Payment.amount_paise),
        ("paid_at", "moment", Payment.paid_at),
        ("method", "text", Payment.method),
        ("reference", "text", Payment.reference),
        ("payment_no", "text", Payment.ref),
        ("kind", "text", Payment.kind),
        ("state", "text", Payment.state),
        ("note", "text", Payment.note),
        ("return_no", "text", _back.ref),
    ),
    lambda query: query.join(Order, Order.id == Payment.order_id).outerjoin(_back, _back.id == Payment.return_id),
    room="payments",
)  # fmt: skip
FEEDBACK = Table(
    "feedback", "Feedback", "rating", "ratings", Feedback,
    (
        ("order_no", "text", Order.ref),
        ("rating", "whole", Feedback.rating),
        ("comment", "text", Feedback.comment),
        ("at", "moment", Feedback.at),
        ("sku", "text", Product.sku),
        ("product_name", "text", Feedback.product_name),
    ),
    lambda query: query.join(Order, Order.id == Feedback.order_id)
    .outerjoin(Product, Product.id == Feedback.product_id), room="feedback",
)  # fmt: skip
COMPLAINTS = Table(
    "complaints", "Complaints", "complaint", "complaints", Complaint,
    (
        ("order_no", "text", Order.ref),
        ("customer_ref", "text", Customer.ref),
        ("sku", "text", Product.sku),
        ("text", "text", Complaint.text),
        ("status", "text", Complaint.state),
        ("opened_at", "moment", Complaint.opened_at),
        ("complaint_no", "text", Complaint.ref),
        ("product_name", "text", Complaint.product_name),
        ("priority", "text", Complaint.priority),
        ("acknowledge_by", "moment", Complaint.acknowledge_by),
        ("resolve_by", "moment", Complaint.resolve_by),
        ("acknowledged_at", "moment", Complaint.acknowledged_at),
        ("resolved_at", "moment", Complaint.resolved_at),
        ("resolution_kind", "text", Complaint.resolution_kind),
        ("resolution", "text", Complaint.resolution),
    ),
    lambda query: query.join(Customer, Customer.id == Complaint.customer_id)
    .outerjoin(Order, Order.id == Complaint.order_id)
    .outerjoin(Product, Product.id == Complaint.product_id), room="complaints",
)  # fmt: skip
INVOICES = Table(
    "invoices", "Invoices", "invoice", "invoices", Invoice,
    (
        ("invoice_no", "text", Invoice.number),
        ("issued_on", "day", Invoice.issued_on),
        ("order_no", "text", Order.ref),
        ("customer_ref", "text", Customer.ref),
        ("customer", "text", Customer.name),
        ("gstin", "text", Customer.gstin),
        ("place_of_supply", "text", Order.place_of_supply),
        ("taxable", "money", Invoice.taxable_paise),
        ("tax", "money", Invoice.tax_paise),
        ("payable", "money", Invoice.payable_paise),
    ),
    lambda query: query.join(Order, Order.id == Invoice.order_id).join(Customer, Customer.id == Invoice.customer_id),
    read_back=False, room="invoices",
)  # fmt: skip
CREDIT_NOTES = Table(
    "credit-notes", "Credit notes", "credit note", "credit notes", CreditNote,
    (
        ("credit_note_no", "text", CreditNote.number),
        ("issued_on", "day", CreditNote.issued_on),
        ("invoice_no", "text", Invoice.number),
        ("order_no", "text", Order.ref),
        ("customer_ref", "text", Customer.ref),
        ("customer", "text", Customer.name),
        ("taxable", "money", CreditNote.taxable_paise),
        ("tax", "money", CreditNote.tax_paise),
        ("total", "money", CreditNote.total_paise),
    ),
    lambda query: query.join(Invoice, Invoice.id == CreditNote.invoice_id)
    .join(Order, Order.id == Invoice.order_id)
    .join(Customer, Customer.id == Invoice.customer_id), read_back=False,
)  # fmt: skip
