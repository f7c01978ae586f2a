"""flask add-user and flask setup-link."""

from cms.auth.queries import user_named
from tests.factories import make_user

PASSWORD = "correct horse battery staple\n"


def test_a_user_is_added_with_the_password_from_standard_input(app):
    run = app.test_cli_runner().invoke
    result = run(args=["add-user", "Asha", "--role", "staff", "--password-stdin"], input=PASSWORD)
    assert result.exit_code == 0 and "asha can sign in as staff" in result.stdout
    assert user_named("asha").role == "staff"


def test_a_weak_password_or_a_name_that_is_taken_is_refused(app):
    run = app.test_cli_runner().invoke
    assert run(args=["add-user", "asha", "--role", "owner", "--password-stdin"], input="asha\n").exit_code == 1
    make_user("staff", "ravi")
    result = run(args=["add-user", "ravi", "--role", "owner", "--password-stdin"], input=PASSWORD)
    assert result.exit_code == 1 and "There is already a user called ravi" in result.stderr


def test_the_setup_link_is_there_until_there_is_a_user(app):
    run = app.test_cli_runner().invoke
    assert "https://shop.example/setup?token=" in run(args=["setup-link", "--base", "https://shop.example/"]).stdout
    make_user()
    assert run(args=["setup-link"]).stdout == "Sign in at http://127.0.0.1:8000/login\n"
