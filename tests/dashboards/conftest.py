"""Tests in a browser are left out where their libraries or the browser are missing."""

from tests.needs import lacks_browser

if lacks_browser("fastapi", "obstore", "playwright", "rq", "uvicorn"):
    collect_ignore = ["backend.py", "tasks.py", "test_pwa.py"]
