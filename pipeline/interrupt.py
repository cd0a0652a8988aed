"""Ctrl-C that arrives while the interpreter is where it cannot pass an exception on."""

import _thread
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_MOMENT_S = 0.05


def insist() -> None:
    """Interrupt again where an interrupt was swallowed: in a callback of the compiler, in a finaliser.

    There Python prints "Exception ignored" and goes on, and the program would run to its end as if nobody had asked.
    """
    sys.unraisablehook = _again_or_print


def _again_or_print(unraisable: "UnraisableHookArgs") -> None:
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    again = threading.Timer(_MOMENT_S, _thread.interrupt_main)
    again.daemon = True
    again.start()
