"""Waiting for a condition, with a deadline. Nothing in these scenarios sleeps in the hope that something has happened."""
import time


class Timeout(AssertionError):
    pass


def until(condition, what, seconds=15, interval=0.02):
    """Asks until condition() is true and returns what it returned; fails with `what` (a text, or a call that makes one)."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Timeout(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(interval)


def stays(condition, what, seconds):
    """Fails as soon as condition() is not true within the time; an answer that came after it says nothing about it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not condition() and time.monotonic() < deadline:
            raise AssertionError(f"did not stay for {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.02)
