"""What gunicorn and `flask --app wsgi` run."""

from cms import create_app

app = create_app()
