"""The one place that writes to a file of the user: all of the new bytes or all of the old.

What is written stands first in a file of its own in the same folder, which then takes the name. Links, mode
and owner of a file that exists stay what they are.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from .notebook import OtherCells
from .program import Source


class CannotWrite(Exception):
    """A file that was left as it was. The message says why, and follows `PATH is not written: `."""


def create(path: Path, data: bytes) -> None:
    """Make a file that is not there yet.

    Raises:
        FileExistsError: it is.
        CannotWrite: the folder or the disk refuses.
    """
    target = Path(os.path.realpath(path))
    with _refusals(), _written_beside(target, data, 0o666) as beside:
        try:
            os.link(beside, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            _take_new_name(beside, target)


def replace(path: Path, data: bytes, read: bytes | None) -> None:
    """Give a file other bytes, if it still has those that were `read`; None is any.

    Raises:
        CannotWrite: it has changed, is read-only or no file, or the folder or the disk refuses.
    """
    target = Path(os.path.realpath(path))
    with _refusals():
        status = target.stat()
        if not stat.S_ISREG(status.st_mode):
            _write_to_device(target, data)
            return
        _require_writable(target, status)
        with _written_beside(target, data, 0o600) as beside:
            plain = _dressed_as(beside, target, status)
            if read is not None and target.read_bytes() != read:
                raise CannotWrite("it has changed since it was read; nothing was written")
            if plain:
                os.replace(beside, target)
            else:
                _overwrite(target, data)


def in_form_of(source: Source | None, text: str) -> bytes:
    """The bytes of a text in the form of the file that it comes from.

    Raises:
        CannotWrite: its encoding cannot say it, or its notebook has other cells.
    """
    try:
        return source.encoded(text) if source is not None else text.encode()
    except OtherCells as problem:
        raise CannotWrite(str(problem)) from None
    except UnicodeError as problem:
        raise CannotWrite(f"its encoding does not hold it: {problem}") from None


def bytes_of(path: Path) -> bytes | None:
    """What a regular file holds, to be handed to `replace`; None for a device or a pipe.

    Raises:
        CannotWrite: it cannot be read.
    """
    with _refusals():
        return path.read_bytes() if path.is_file() else None


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as problem:
        raise CannotWrite(problem.strerror or str(problem)) from None


@contextlib.contextmanager
def _written_beside(target: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A file in the same folder that holds the bytes, on the disk, under a name that nothing else has."""
    beside = target.with_name(f".{target.name[:40]}.{os.urandom(8).hex()}.new")
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _require_writable(target: Path, status: os.stat_result) -> None:
    """Root may write anywhere, and does not mean to where the mode forbids it."""
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise CannotWrite("it is read-only")
    if not target.parent.stat().st_mode & 0o222 or not os.access(target.parent, os.W_OK):
        raise CannotWrite("its folder is read-only")


def _dressed_as(beside: Path, target: Path, status: os.stat_result) -> bool:
    """Whether the new file can stand for the old, whose mode, owner and attributes it gets.

    Not where the old one has other names, which would keep the old bytes, or an owner that cannot be given.
    """
    if status.st_nlink > 1:
        return False
    made = beside.stat()
    try:
        if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
            os.chown(beside, status.st_uid, status.st_gid)
    except OSError:
        return False
    shutil.copystat(target, beside)
    os.utime(beside)
    return True


def _overwrite(target: Path, data: bytes) -> None:
    """Write where the old bytes are; they come back if the disk refuses the new ones."""
    old = target.read_bytes()
    with target.open("r+b", buffering=0) as stream:
        try:
            _put(stream.fileno(), data)
        except BaseException:
            _put(stream.fileno(), old)
            raise


def _put(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.ftruncate(descriptor, len(data))
    os.fsync(descriptor)


def _take_new_name(beside: Path, target: Path) -> None:
    """Where the file system has no links: no other file is replaced, as far as it can tell."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    os.replace(beside, target)


def _write_to_device(target: Path, data: bytes) -> None:
    if target.is_dir():
        raise CannotWrite("it is a folder")
    with target.open("wb") as stream:
        stream.write(data)
