"""Files on a disk that may fail, and the append-only journal."""
