"""What import-linter cannot express about the code of the apps."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import Module, imported, layers, modules

DOORS = {"views", "forms", "api", "admin", "tasks"}
OUTER = ("views", "api", "tables", "filters", "forms", "tasks", "panels", "pages")
MANAGERS_ALLOWED = {"core.kit.api"}  # receipts of idempotent requests belong to the kit itself
HANDLERS = {("batch", "actor", "now"), ("spellings", "actor", "now")}
MESSAGE_AT = {"ValidationError": 0, "DomainError": 1}
"""Which argument of an error is its message."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def test_every_app_has_its_layer() -> None:
    apps = {module.app for module in modules() if module.app}
    assert sorted(apps) == sorted(layers())


def test_the_doors_of_another_app_are_never_imported() -> None:
    """Views, forms, API, admin and tasks of an app are its own; core is open to all."""
    found = []
    for module in modules():
        for node, name in imported(module):
            parts = name.split(".")
            if parts[0] != "apps" or len(parts) < 3 or parts[1] in (module.app, "core"):
                continue
            if parts[2] in DOORS:
                found.append(f"{module.at(node)} {name}")
    assert found == []


def test_relative_imports_are_not_used() -> None:
    found = [
        module.at(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert found == []


def test_no_import_hides_in_a_function() -> None:
    found = [
        module.at(node)
        for module in modules()
        for function in ast.walk(module.tree)
        if isinstance(function, FUNCTIONS)
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert found == []


def test_no_wildcard_imports() -> None:
    assert [
        module.at(node) for module in modules() for node, name in imported(module) if name.endswith(".*")
    ] == []


def test_pages_api_and_tables_touch_no_managers() -> None:
    """They ask queries and services; whoever starts from `.objects` may forget the scope."""
    found = [
        module.at(node)
        for module in modules()
        if _is_outer(module) and module.name not in MANAGERS_ALLOWED
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
    ]
    assert found == []


def _is_outer(module: Module) -> bool:
    return any(part in OUTER for part in module.name.split(".")[1:])


def test_errors_speak_the_language_of_their_reader() -> None:
    """The message of an error people see goes through the translations."""
    found = [
        module.at(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _name(node.func) in MESSAGE_AT
        for message in node.args[MESSAGE_AT[_name(node.func)] :]
        for part in (message.values if isinstance(message, ast.Dict) else [message])
        if isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value)
    ]
    assert found == []


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_forms_and_serializers_list_their_fields() -> None:
    """`fields = "__all__"`, `exclude` and `depth` open whatever a later migration adds."""
    found = []
    for module in modules():
        for holder in ast.walk(module.tree):
            if not isinstance(holder, ast.ClassDef) or holder.name != "Meta":
                continue
            for node in holder.body:
                if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                    continue
                name = node.targets[0].id
                everything = isinstance(node.value, ast.Constant) and node.value.value == "__all__"
                if name in ("exclude", "depth") or (name == "fields" and everything):
                    found.append(module.at(node))
    assert found == []


def test_a_view_is_short() -> None:
    """What a page or an endpoint answers with translates, asks and answers: 25 lines at most."""
    found = [
        f"{module.at(node)} {node.name}: {_lines(node)} lines"
        for module in modules()
        if module.room in ("views", "api")
        for holder in module.tree.body
        if isinstance(holder, ast.ClassDef)
        for node in holder.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _lines(node) > 25
    ]
    assert found == []


def _lines(node: ast.FunctionDef) -> int:
    """The lines of a function without its docstring."""
    spoken = len((ast.get_docstring(node, clean=False) or "").splitlines())
    return (node.end_lineno or 0) - node.lineno + 1 - spoken


def test_no_module_grows_beyond_its_guide() -> None:
    found = {
        module.name: len(module.path.read_text(encoding="utf-8").splitlines())
        for module in modules()
        if len(module.path.read_text(encoding="utf-8").splitlines()) > 420
    }
    assert found == {}


def test_services_take_keywords_only() -> None:
    """A public verb names its arguments; only handlers of a registry take what the registry gives."""
    public = {
        name for module in modules() if module.name.endswith(".services") for _, name in imported(module)
    }
    found = []
    for module in modules():
        if module.room != "services" or module.app == "demo":
            continue
        for node in module.tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            given = tuple(argument.arg for argument in node.args.args)
            exported = f"apps.{module.name}.{node.name}" in public or module.name.endswith(".services")
            if exported and "now" in given and given not in HANDLERS:
                found.append(f"{module.at(node)} {node.name}({', '.join(given)})")
    assert found == []


@pytest.mark.parametrize("called", ["now", "today", "localdate", "utcnow", "localtime"])
def test_rules_and_services_read_no_clock(called: str) -> None:
    """The moment is passed in, so that a close can be repeated and a test can stand still."""
    found = [
        module.at(node)
        for module in modules()
        if module.room in ("rules", "kpis", "services", "measures") and module.app != "demo"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == called
        and not node.args
    ]
    assert found == []
