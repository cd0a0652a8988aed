"""An interrupt is heeded, wherever it strikes."""

import subprocess
import sys

_STRUCK_IN_A_CALLBACK = """
import ctypes, signal, sys, time
from pipeline import interrupt

@ctypes.CFUNCTYPE(None)
def callback():
    signal.raise_signal(signal.SIGINT)

if sys.argv[1] == "insist":
    interrupt.insist()
try:
    callback()
    time.sleep(10 if sys.argv[1] == "insist" else 0.2)
    print("went on")
except KeyboardInterrupt:
    print("heeded")
"""

_FINALISER = """
from pipeline import interrupt
interrupt.insist()

class Fragile:
    def __del__(self):
        raise ValueError("broken finaliser")

Fragile()
"""


def _python(program: str, *arguments: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip(), done.stderr


def test_an_interrupt_inside_a_callback_from_c_is_heeded():
    """The compiler of the kernels calls back so; without insisting Python prints it and goes on."""
    assert _python(_STRUCK_IN_A_CALLBACK, "insist") == ("heeded", "")
    said, error = _python(_STRUCK_IN_A_CALLBACK, "leave")
    assert said == "went on"
    assert "Exception ignored" in error


def test_other_exceptions_that_cannot_be_passed_on_are_printed_as_ever():
    assert "ValueError: broken finaliser" in _python(_FINALISER)[1]
