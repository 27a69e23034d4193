"""Files read whole: plain ones only, and only up to a size that memory can hold."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

# A table of a million areas takes some 30 MB; what is larger is not a file of this suite.
LARGEST: Final = 64 * 2**20


def read_bytes(path: Path, *, largest: int = LARGEST) -> bytes:
    """Content of a plain file, or of one that a link leads to, of at most `largest` bytes.

    Raises
    ------
    OSError
        There is no such file, or it must not be read; it is a folder, a pipe or a device, whose reading could wait for
        ever or never end; it is larger than `largest`. What is wrong stands in `strerror`.

    Examples
    --------
    >>> read_bytes(Path("."))
    Traceback (most recent call last):
        ...
    IsADirectoryError: [Errno 21] Is a directory: '.'
    """
    try:
        # Not to wait for somebody to write into a pipe.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:
        raise OSError(errno.EINVAL, "no name of a file", ascii(str(path))) from error
    except PermissionError:
        if path.is_dir():  # what Windows says of a folder
            raise _refusal(errno.EISDIR, "Is a directory", path) from None
        raise
    try:
        kind = os.fstat(handle)
        if stat.S_ISDIR(kind.st_mode):
            raise _refusal(errno.EISDIR, "Is a directory", path)
        if not stat.S_ISREG(kind.st_mode):
            raise _refusal(errno.EINVAL, "a pipe or a device, not a file", path)
        with os.fdopen(handle, "rb", closefd=False) as file:
            content = file.read(largest + 1) if kind.st_size <= largest else b""
    finally:
        os.close(handle)
    # It may have grown since it was opened.
    if max(kind.st_size, len(content)) > largest:
        raise _refusal(errno.EFBIG, f"larger than {largest / 2**20:g} MB", path)
    return content


def _refusal(number: int, reason: str, path: Path) -> OSError:
    return OSError(number, reason, str(path))
