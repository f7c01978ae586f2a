"""What is shown on a page is escaped, and what is markup already goes out without being copied.

A list shows some two thousand values; Jinja sends each through `markupsafe.escape`, which makes a new Markup of every
one, also of what a macro has just made. Passing on Markup, whole numbers and words without any of the five signs saves
a seventh of such a page.

Nothing that a template calls asks Jinja for its context, so it is called straight away; Jinja would look each time.

What a block or an included template says is put together before it goes on: Jinja would hand each of a thousand pieces
up through the page and its frame.

All templates have the same globals, filled before the first is asked for. Jinja would lay an empty dictionary over them
for each, and compare the two name by name at every import of a macro.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from markupsafe import Markup, escape

_special = re.compile("[&<>\"']").search


def shown(value: Any) -> str:
    """The value as a page may hold it.

    >>> str(shown("<b>")), str(shown(Markup("<b>"))), shown(7)
    ('&lt;b&gt;', '<b>', '7')
    """
    kind = type(value)
    if kind is Markup:
        return value
    if kind is str:
        return escape(value) if _special(value) else value
    return str(value) if kind is int else escape(value)


class Shown(CodeGenerator):
    """Compiles `{{ value }}` to `environment.shown(value)`."""

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class Plain(Context):
    """Calls what a template calls, as it is."""

    def call(
        self, what: Callable[..., Any], /, *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **kw: Any
    ) -> Any:
        return what(*args, **kw)


class Whole(Template):
    """A template that says all it says at once."""

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: MutableMapping[str, Any], globals: Any) -> Template:
        namespace["root"] = _at_once(namespace["root"])
        for name, block in namespace["blocks"].items():
            namespace["blocks"][name] = namespace[block.__name__] = _at_once(block)  # `super()` asks by the latter
        return super()._from_namespace(environment, namespace, globals)


def _at_once(render: Callable[[Context], Iterator[str]]) -> Callable[[Context], Iterator[str]]:
    def joined(context: Context) -> Iterator[str]:
        yield "".join(render(context))

    return joined


class Templates(Environment):
    """Flask's environment with these four changes."""

    template_class = Whole
    code_generator_class = Shown
    context_class = Plain
    shown = staticmethod(shown)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals
