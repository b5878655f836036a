"""What somebody may plant in a shared folder in place of a file of ours."""

import os
import socket
from pathlib import Path


def plant(kind: str, path: Path) -> None:
    """Put something there that is no file of ours."""
    mine = path.with_name("mine")
    mine.write_bytes(b"mine")
    match kind:
        case "symbolic link":
            path.symlink_to(mine)
        case "dangling link":
            path.symlink_to(path.with_name("nowhere"))
        case "hard link":
            path.hardlink_to(mine)
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
        case "folder":
            path.mkdir()
        case "file of another user":
            path.write_bytes(b"")
            os.chown(path, 65534, 65534)


PLANTED = {
    "symbolic link": "{name} is a symbolic link",
    "dangling link": "{name} is a symbolic link",
    "hard link": "{name} is a hard link: the same file has another name as well",
    "pipe": "{name} is not a regular file",
    "socket": "No such device or address",
    "folder": "Is a directory",
    "file of another user": "{name} belongs to another user",
}
"""Why each is refused."""
