"""The original application's database for tests: tidy rows and odd rows."""

from __future__ import annotations

from typing import Any

import pymysql
from sqlalchemy.engine import make_url

SCHEMA = {
    "customers": """`customer_id` varchar(20) NOT NULL, `customer_name` varchar(200) DEFAULT NULL,
  `gender` varchar(10) DEFAULT NULL, `email_id` varchar(200) DEFAULT NULL, `phone_number` varchar(60) DEFAULT NULL,
  `customer_segment` enum('Individual','Business','Enterprise') DEFAULT NULL,
  `status` enum('Active','Inactive') DEFAULT 'Active', `total_orders` int(11) DEFAULT 0,
  `created_at` timestamp NULL DEFAULT NULL, `last_order_date` date DEFAULT NULL, PRIMARY KEY (`customer_id`)""",
    "orders": """`order_id` varchar(20) NOT NULL COMMENT 'as shown; ORD001, (never reused)', `customer_id` varchar(20),
  `product_name` varchar(200) DEFAULT NULL, `order_amount` varchar(60) DEFAULT NULL, `quantity` int(11) DEFAULT NULL,
  `order_date` date DEFAULT NULL, `delivery_status` varchar(20) DEFAULT NULL, PRIMARY KEY (`order_id`),
  KEY `by customer` (`customer_id`)""",
    "returns": """`return_id` varchar(20) NOT NULL, `customer_id` varchar(20), `product_name` varchar(200),
  `reason` text, `return_date` timestamp NULL DEFAULT NULL, `order_id` varchar(20), `return_quantity` int(11),
  PRIMARY KEY (`return_id`)""",
    "complaints": """`complaint_id` varchar(20) NOT NULL, `customer_id` varchar(20), `order_id` varchar(20),
  `product_name` varchar(200), `complaint` text, `complaint_date` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`complaint_id`)""",
    "feedback": """`feedback_id` int(11) DEFAULT NULL, `customer_id` varchar(20), `order_id` varchar(20),
  `product_name` varchar(200), `rating` int(11) CHECK (`rating` <> 99), `comment` text, `feedback_date` date""",
    "products": """`product_id` varchar(20) NOT NULL, `product_name` varchar(150), `price` decimal(10,2),
  PRIMARY KEY (`product_id`)""",
    "users": "`username` varchar(100) NOT NULL, `password` varchar(100) NOT NULL, PRIMARY KEY (`username`)",
    "loyalty_points": "`customer_id` varchar(20), `points` int(11)",
}
COLUMNS = {
    "customers": "customer_id customer_name gender email_id phone_number customer_segment status total_orders"
    " created_at last_order_date",
    "orders": "order_id customer_id product_name order_amount quantity order_date delivery_status",
    "returns": "return_id customer_id product_name reason return_date order_id return_quantity",
    "complaints": "complaint_id customer_id order_id product_name complaint complaint_date",
    "feedback": "feedback_id customer_id order_id product_name rating comment feedback_date",
    "products": "product_id product_name price",
    "users": "username password",
    "loyalty_points": "customer_id points",
}
PLAIN_PASSWORDS = ("admin123", "ravi@2024'\\")
Rows = dict[str, list[tuple[Any, ...]]]

TIDY: Rows = {
    "customers": [
        ("CUST001", "Asha Rao", "Female", "asha@example.com", "9876543210", "Individual", "Active", 3,
         "2025-01-05 20:00:00", "2026-03-01"),
        ("CUST002", "Ravi Stores", "None", "ravi@example.com", "041-4617817381", "Business", "Inactive", 1,
         "2025-02-01 09:00:00", "2025-02-02"),
        ("CUST017", "मीरा \"Mee\" O'Neil", "None", "None", None, "Enterprise", "Inactive", 0, None, None),
    ],
    "orders": [
        ("ORD001", "CUST001", "Clay lamp", "499.00", 2, "2025-06-01", "Delivered"),
        ("ORD002", "CUST001", "clay  LAMP", "450.5", 1, "2025-07-01", "Shipped"),
        ("ORD003", "CUST001", "Brass-bell", "1299.99", 3, "2026-03-01", None),
        ("ORD004", "CUST002", "Copper jug", "250", 4, "2025-02-02", "Cancelled"),
        ("ORD1000", "CUST002", "Sand clock", "99.99", 10, "2025-02-02", "Pending"),
    ],
    "returns": [
        ("RET001", "CUST001", "Clay lamp", "Cracked", "2025-06-05 19:30:00", "ORD001", 1),
        ("RET002", "CUST001", "Brass bell", "Too loud; 'ting'\nall night \\o/", "2026-03-02 10:00:00", "ORD003", 2),
    ],
    "complaints": [
        ("CMP001", "CUST001", "ORD001", "Clay lamp", "It came late", "2025-06-06 10:00:00"),
        ("CMP007", "CUST017", None, None, "Nobody calls back 🙁", "2026-03-01 10:00:00"),
    ],
    "feedback": [
        (4, "CUST001", "ORD001", "Clay lamp", 5, "Lovely", "2025-06-07"),
        (9, "CUST002", "ORD1000", "Sand clock", 2, "None", "2025-03-01"),
    ],
    "products": [("PROD001", "Clay lamp", "499.00"), ("PROD004", "Brass bell", "1299.99")],
    "users": [("admin", PLAIN_PASSWORDS[0]), ("Ravi Kumar", PLAIN_PASSWORDS[1])],
    "loyalty_points": [("CUST001", 120), ("CUST002", 0)],
}  # fmt: skip

ODD: Rows = {
    "customers": [
        ("CUST001", "Asha Rao", "Female", "asha@example.com", "9876543210", "Individual", "Inactive", 9,
         "2025-01-05 20:00:00", None),
        ("CUST002", "", "x", "ASHA@example.com", "+91 98765 43210", "Business", "Active", 0, None, None),
        ("CUST003", "Long " * 30, "Male", "not a mail", "12345" * 10, "Enterprise", None, 0, None, None),
        ("CUST005", "Ink\x07Well", None, None, "12345", None, None, None, None, None),
    ],
    "orders": [
        ("ORD001", "cust001", "Clay lamp", "1,299.50", 2, "2026-03-01", "delivered"),
        ("ORD002", "CUST099", "Select", "abc", 1, "2026-03-02", "Lost"),
        ("ORD003", None, None, None, 1, None, None),
        ("ORD004", "CUST001", "Clay lamp", "-5", 0, "2026-03-03", "Shipped"),
        ("ORD005", "CUST002", "Clay lamp", "19.995", 1, "2027-03-03", "Packed"),
        ("ORD006", "CUST001", "Clay lamp", "10", 2, "2026-03-03", "Cancelled"),
        ("ORD007", "CUST001", "Clay lamp", "1e2", 2, "2026-03-03", ""),
    ],
    "returns": [
        ("RET001", "CUST001", "Clay lamp", "None", "2026-03-02 10:00:00", "ORD001", 5),
        ("RET002", "CUST001", "Clay lamp", "Again", "2026-03-02 10:00:00", "ORD001", 1),
        ("RET003", "CUST001", "Clay lamp", "Why", "2026-03-02 10:00:00", "ORD404", 1),
        ("RET004", "CUST001", "Clay lamp", "Late", "2026-03-04 10:00:00", "ORD006", 1),
        ("RET005", "CUST002", "Brass bell", "x" * 300, None, "ord007", None),
        ("RET006", "CUST001", None, "", "2026-01-01 10:00:00", "ORD007", 1),
        ("", "CUST001", None, None, "2026-03-05 10:00:00", "ORD005", 1),
    ],
    "complaints": [
        ("CMP001", "CUST404", "ORD404", "Ghost", "Where is it?", None),
        ("CMP002", "CUST002", "ORD001", "Clay lamp", "", "2026-03-01 10:00:00"),
        ("", None, None, None, "Nobody", "2026-03-01 10:00:00"),
    ],
    "feedback": [
        (1, "CUST001", "ORD001", "Clay lamp", 6, "Six stars", "2026-03-01"),
        (2, "CUST001", "ORD404", "Clay lamp", 4, "No order", "2026-03-01"),
        (3, "CUST002", "ORD001", "Brass bell", 4, "Mixed up", None),
        (3, "CUST001", "ORD001", "Clay lamp", 1, "Same number", "2026-03-01"),
        (None, "CUST001", "ORD001", "", 3, None, "2026-03-01"),
    ],
    "products": [
        ("PROD001", "Clay lamp", "499.00"),
        ("PROD002", "clay-lamp", "19.99"),
        ("PROD003", None, None),
    ],
    "users": [("admin", PLAIN_PASSWORDS[0]), ("ADMIN.", PLAIN_PASSWORDS[1]), ("a@b.com", "x")],
    "loyalty_points": [("CUST001", 5), ("CUST001", 7), ("CUST404", 3), ("CUST405", 1)],
}  # fmt: skip


def fill(address: str, rows: Rows) -> None:
    """Make the original's tables in a database, with these rows."""
    with connected(address) as cursor:
        cursor.execute("SET sql_mode='', time_zone='+00:00'")
        for table, found in rows.items():
            cursor.execute(f"CREATE TABLE `{table}` ({SCHEMA[table]}) CHARACTER SET utf8mb4")
            marks = ", ".join(["%s"] * len(COLUMNS[table].split()))
            cursor.executemany(f"INSERT INTO `{table}` VALUES ({marks})", found)


class connected:
    """A cursor in that database."""

    def __init__(self, address: str):
        url = make_url(address)
        self.connection = pymysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, database=url.database,
            charset="utf8mb4", ssl_disabled=True, autocommit=True,
        )  # fmt: skip

    def __enter__(self) -> Any:
        return self.connection.cursor()

    def __exit__(self, *_error: object) -> None:
        self.connection.close()
