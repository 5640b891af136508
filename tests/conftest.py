"""What many rooms' tests share: one shadow server a session, one fresh database a test."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from assistant.shadow.lease import cache_home, memory_folder
from assistant.shadow.server import open_server


if threading.current_thread() is threading.main_thread():
    # whoever runs the tests in the background may ignore these, and every child would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Clusters of a test session live and die with it, never in the developer's cache."""
    with pytest.MonkeyPatch.context() as patch:
        memory = memory_folder()
        cache = Path(tempfile.mkdtemp(prefix="test-", dir=memory)) if memory else tmp_path_factory.mktemp("cache")
        cache.chmod(0o711)
        patch.setenv("STANCH_CACHE_DIR", str(cache))
        yield
        shutil.rmtree(cache_home(), ignore_errors=True)
        shutil.rmtree(cache, ignore_errors=True)


@pytest.fixture(scope="session")
def shadow_server(own_cache):
    """A Supabase-shaped server that the tests of this session share; ask for ``shadow`` unless you need several."""
    with open_server() as server:
        yield server


@pytest.fixture
def shadow(shadow_server):
    """A fresh Supabase-shaped database; roles that the test made or changed are put back afterwards."""
    with shadow_server.create() as database:
        yield database
    shadow_server.restore()
