"""Every table of the product, one file a theme. Columns, constraints and relationships only."""

from cms.models.backups import BackupPlan
from cms.models.care import Complaint, ComplaintNote, Feedback, FeedbackLink, Return, ReturnReason
from cms.models.customers import Customer, CustomerTerm
from cms.models.habits import ClvFit, CohortTotal, CustomerValue, CustomerYear, GapTotal, SegmentDay
from cms.models.money import CreditMove, CreditNote, Invoice, Payment
from cms.models.orders import Order, OrderLine, StatusChange
from cms.models.people import LoginAttempt, SavedView, Session, User
from cms.models.persons import Apart, Merge, MergeMove
from cms.models.product_totals import ProductDay, ProductMonth
from cms.models.products import Product, StockMove
from cms.models.records import Activity, Import, Job, MessageTemplate, Notification
from cms.models.shop import ContactPage, Counter, Segment, Settings, StoredFile
from cms.models.totals import DayTotal, MethodTotal, RatingTotal
from cms.models.uploads import ImportChange, Upload, UploadPiece

__all__ = [
    "Activity",
    "Apart",
    "BackupPlan",
    "ClvFit",
    "CohortTotal",
    "Complaint",
    "ComplaintNote",
    "ContactPage",
    "Counter",
    "CreditMove",
    "CreditNote",
    "Customer",
    "CustomerTerm",
    "CustomerValue",
    "CustomerYear",
    "DayTotal",
    "Feedback",
    "FeedbackLink",
    "GapTotal",
    "Import",
    "ImportChange",
    "Invoice",
    "Job",
    "LoginAttempt",
    "Merge",
    "MergeMove",
    "MessageTemplate",
    "MethodTotal",
    "Notification",
    "Order",
    "OrderLine",
    "Payment",
    "Product",
    "ProductDay",
    "ProductMonth",
    "RatingTotal",
    "Return",
    "ReturnReason",
    "SavedView",
    "Segment",
    "SegmentDay",
    "Session",
    "Settings",
    "StatusChange",
    "StockMove",
    "StoredFile",
    "Upload",
    "UploadPiece",
    "User",
]
