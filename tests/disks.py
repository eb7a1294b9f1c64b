"""Disks that tests need: one that is soon full, and a folder where nothing may be written."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mounted(*arguments: str) -> None:
    """Mount something, or skip the test and say why it cannot be."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root can mount a file system")
    if subprocess.run([mount, *arguments], check=False).returncode:
        pytest.skip("no file system can be mounted here")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder.mkdir()
    _mounted("-t", "tmpfs", "-o", f"size={size},mode=0777", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def sealed(folder: Path) -> Iterator[Path]:
    """The same folder by another name, under which nothing may be written, also by root."""
    name = folder.with_name(f"{folder.name}-sealed")
    name.mkdir()
    _mounted("--bind", str(folder), str(name))
    try:
        _mounted("-o", "remount,ro,bind", str(name))
        yield name
    finally:
        subprocess.run(["umount", "--lazy", str(name)], check=True)
