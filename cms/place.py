"""The app at work and the folder that is its own, for what runs in a request, in a command and in the worker alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app


def this_app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def instance() -> Path:
    """Where this shop keeps its files (INSTANCE_DIR)."""
    return Path(current_app.instance_path)
