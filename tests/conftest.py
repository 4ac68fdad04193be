"""What tests of several rooms share."""

import pytest


@pytest.fixture(scope="session")
def play():
    """Playwright: one for all tests of a process, because it allows no second one beside it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright
