"""The same order list in Flask-Admin, as it comes, on the same rows: served by the same gunicorn for comparison."""

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView

from cms.config import read_config
from cms.db import db, engine_options
from cms.models import Order


class Orders(ModelView):
    """Our columns, our order, 50 rows a page; everything else as Flask-Admin has it."""

    column_list = ("ref", "customer.name", "ordered_on", "units", "payable_paise", "due_paise", "status")
    column_select_related_list = (Order.customer,)  # else a query a row
    column_default_sort = [("ordered_at", True), ("id", True)]  # Flask-Admin wants a list
    page_size = 50


def make_app() -> Flask:
    """Flask-Admin with one view, open to everybody."""
    config = read_config()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
    )
    db.init_app(app)
    admin = Admin(app, name="Yardstick")
    admin.add_view(Orders(Order, db, name="Orders", endpoint="order"))
    return app


app = make_app()
