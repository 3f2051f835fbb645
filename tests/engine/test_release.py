"""Pulumi's release is downloaded and verified. The releases here come from this test's server."""

from __future__ import annotations

import hashlib
import http.server
import io
import tarfile
import threading
from typing import TYPE_CHECKING

import pytest

from engine import official, recipe, release
from engine.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHECKSUMS = f"/pulumi-{recipe.PULUMI_VERSION}-checksums.txt"


class Server:
    """A server of files, some of which it may break off."""

    def __init__(self) -> None:
        """Start with no files, on a port that the system chooses."""
        self.files: dict[str, bytes] = {}
        self.broken: set[str] = set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = outer.files.get(self.path)
                self.send_response(200 if data is not None else 404)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                if data and self.command == "GET":
                    self.wfile.write(data[:100] if self.path in outer.broken else data)

            do_HEAD = do_GET  # noqa: N815 - the library's name

            def log_message(self, *args: object) -> None:
                del args

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def server() -> Iterator[Server]:
    """A server with a good release."""
    made = Server()
    name = release.release_name()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for program in ("pulumi", "pulumi-language-python"):
            member = tarfile.TarInfo(f"pulumi/{program}")
            member.size, member.mode = 2000, 0o755
            tar.addfile(member, io.BytesIO(hashlib.sha512(program.encode()).digest() * 32))
    made.files[f"/{name}"] = archive.getvalue()
    digest = hashlib.sha256(archive.getvalue()).hexdigest()
    made.files[CHECKSUMS] = f"{'0' * 64}  other.tar.gz\n{digest}  {name}\n".encode()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def download(folder: Path, server: Server) -> None:
    """Download the server's release into `folder`."""
    release.download(folder, lambda _: None, releases=server.url, checksums=server.url)


def test_download(tmp_path: Path, server: Server) -> None:
    """A release with the published hash is unpacked, and found from then on."""
    download(tmp_path, server)
    found = official.release(tmp_path)
    assert found is not None
    assert found.version == recipe.PULUMI_VERSION
    assert (found.folder / "pulumi").stat().st_mode & 0o111
    assert [path.name for path in tmp_path.iterdir()] == [f"release-{recipe.PULUMI_VERSION}"]
    assert not list(tmp_path.rglob("*.tar.gz"))


def refused(folder: Path, server: Server) -> str:
    """Why the server's release is not taken; nothing of it may be left."""
    with pytest.raises(Unavailable) as error:
        download(folder, server)
    assert list(folder.iterdir()) == []
    assert official.release(folder) is None
    return str(error.value)


def test_other_archive(tmp_path: Path, server: Server) -> None:
    """An archive that is not the published one is refused, with both hashes."""
    name = f"/{release.release_name()}"
    server.files[name] += b"more"
    message = refused(tmp_path, server)
    assert hashlib.sha256(server.files[name]).hexdigest() in message
    assert "not used" in message


def test_unlisted(tmp_path: Path, server: Server) -> None:
    """An archive whose hash is not published is refused."""
    server.files[CHECKSUMS] = b"0  other.tar.gz\n"
    assert "does not list" in refused(tmp_path, server)


def test_no_list(tmp_path: Path, server: Server) -> None:
    """Without the list of hashes nothing is downloaded."""
    del server.files[CHECKSUMS]
    assert "checksums.txt cannot be reached" in refused(tmp_path, server)


def test_broken_off(tmp_path: Path, server: Server) -> None:
    """A download that breaks off is not taken for a release."""
    server.broken.add(f"/{release.release_name()}")
    refused(tmp_path, server)


def test_no_network(tmp_path: Path, server: Server) -> None:
    """A server that does not answer is named, with the reason."""
    del server.files[f"/{release.release_name()}"]
    assert "cannot be reached" in refused(tmp_path, server)


@pytest.mark.parametrize(
    ("system", "machine", "suffix"),
    [
        ("linux", "x86_64", "linux-x64.tar.gz"),
        ("linux", "aarch64", "linux-arm64.tar.gz"),
        ("darwin", "arm64", "darwin-arm64.tar.gz"),
        ("win32", "AMD64", "windows-x64.zip"),
    ],
)
def test_name(system: str, machine: str, suffix: str) -> None:
    """Each platform has its archive."""
    expected = f"pulumi-v{recipe.PULUMI_VERSION}-{suffix}"
    assert release.release_name(system, machine) == expected


def test_no_release() -> None:
    """A platform without a release is named."""
    with pytest.raises(Unavailable, match="freebsd14 on riscv64"):
        release.release_name("freebsd14", "riscv64")
