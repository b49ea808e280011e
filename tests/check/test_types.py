"""The user's code that the type checker reads runs as it is read."""

import typed_usage


def test_the_typed_code_runs():
    typed_usage.run()
