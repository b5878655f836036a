"""How deletions are told of, in sentences."""

from __future__ import annotations

from faxtui.domain.fax import FaxKey
from faxtui.domain.text import visible

READ_ONLY = "This is read-only: nothing can be deleted."
CLOSING = "faxtui is ending: nothing more is deleted."
NO_ADDRESS = "A fax without folder and file name has no address: it can't be deleted from here."
NOT_PLAIN = "{name} is not deleted from here: a server could take dots in its name for another address."
UNDER_WAY = "{name} is being deleted already."
IS_DELETED = "{name} is deleted already."
IS_UNKNOWN = "Whether {name} was deleted is not known: ask the service again first."
SAME_DOCUMENT = "{rows} of the rows are one document, {name}: it is deleted once, and all of them go."
GONE_UNSAVED = "{name} is no longer there: someone else took or deleted it, and no copy of it could be saved."
GONE_BEFORE = "{name} was no longer there: someone else took or deleted it."
GONE_AFTER_SILENCE = "{name} is no longer there, though the request to delete it had no answer."
NOT_RECORDED = "{name} is deleted, but the journal does not tell so. {error}"
NOT_SENT = "{name} was not asked to be deleted: it was taken back or dropped, or its countdown began again."
UNPREPARED = "{name} was not deleted, because what comes before that failed. {error}"
KEPT = "{name} is still there. {error}"
STOPPED = "{name} was not deleted, because deleting another fax failed. {error}"
STILL_THERE = "{name} is still there: the request to delete it had no effect so far, look again before the next one."
LISTED_AGAIN = "{name} is still in the list: it was not deleted. Refresh, and delete it again if it stays there."
OTHER_FAX = "{name} was not deleted: another fax has that name now. Look at it before you delete it."
UNSETTLED = "Whether {name} was deleted is not known. {error}"
DROPPED = "{name} was not deleted, because faxtui ended before."
NOT_ANSWERED = "Whether {name} was deleted is not known, because faxtui ended before the answer came."


def named(key: FaxKey) -> str:
    """``0-20261123-1041-1135.PDF in 134296015``, safe to look at."""
    return f"{visible(key.file_name)} in {visible(key.folder)}"
