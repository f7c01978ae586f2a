"""The ratings kept by day and stars, and what they must be. Rebuilding and checking use the same words."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, func, select

from cms.db import db
from cms.models import Feedback, RatingTotal


def ratings_recounted() -> Select:
    """The `rating_totals` that the feedback itself gives: day, rating, ratings."""
    query = select(Feedback.given_on.label("day"), Feedback.rating, func.count().label("ratings"))
    return query.group_by(Feedback.given_on, Feedback.rating)


def wrong_ratings() -> list[tuple[date, int, int, int]]:
    """Days and stars whose kept total differs from the recount: (day, stars, kept, recounted)."""
    kept = {(row.day, row.rating): row.ratings for row in db.session.execute(select(*RatingTotal.__table__.c))}
    counted = {(row.day, row.rating): row.ratings for row in db.session.execute(ratings_recounted())}
    return [
        (*key, kept.get(key, 0), counted.get(key, 0))
        for key in sorted(kept.keys() | counted.keys())
        if kept.get(key, 0) != counted.get(key, 0)
    ]
