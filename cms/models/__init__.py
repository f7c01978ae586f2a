"""Every table of the product, one file a theme. Columns, constraints and relationships only."""

from cms.models.care import Complaint, ComplaintNote, Feedback, FeedbackLink, Return
from cms.models.customers import Customer, CustomerTerm
from cms.models.money import CreditNote, Invoice, Payment
from cms.models.orders import Order, OrderLine, StatusChange
from cms.models.people import LoginAttempt, Session, User
from cms.models.products import Product, StockMove
from cms.models.records import Activity, Import, MessageTemplate, Notification
from cms.models.shop import Counter, Segment, Settings
from cms.models.totals import DayTotal

__all__ = [
    "Activity",
    "Complaint",
    "ComplaintNote",
    "Counter",
    "CreditNote",
    "Customer",
    "CustomerTerm",
    "DayTotal",
    "Feedback",
    "FeedbackLink",
    "Import",
    "Invoice",
    "LoginAttempt",
    "MessageTemplate",
    "Notification",
    "Order",
    "OrderLine",
    "Payment",
    "Product",
    "Return",
    "Segment",
    "Session",
    "Settings",
    "StatusChange",
    "StockMove",
    "User",
]
