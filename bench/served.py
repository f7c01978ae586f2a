"""The shop as shipped, with one more address that only says "ok": what every other answer is measured against."""

from cms.access import public
from wsgi import app


@app.get("/bench/null", endpoint="bench_null")
@public
def null() -> str:
    """Through everything that surrounds a request, and nothing else."""
    return "ok"
