"""The second wall: what row-level security of the data base lets through, said once for each model.

The first wall is `Policy.in_scope`. A policy also says, by its ownership and its `Wall`, which rows the data
base shows to the web role, and what that role may do with the table. `apps.core.fortress` builds the walls
from these words after every migration, so no model has to remember them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WEB = "dealerops_web"
WORKER = "dealerops_worker"

# Each phrase is read once for a statement, not once for a row, because it is a sub-select of its own. A
# setting that was never made is null, one of an earlier transaction of the same connection is empty.
EVERYTHING = "(SELECT nullif(current_setting('dealerops.everything', true), '') = 'on')"
DEALERS = "((SELECT nullif(current_setting('dealerops.dealers', true), '')::bigint[])::bigint[])"
UNITS = "((SELECT nullif(current_setting('dealerops.units', true), '')::bigint[])::bigint[])"
PERSON = "(SELECT nullif(current_setting('dealerops.person', true), '')::bigint)"
TRUSTED = "((SELECT nullif(current_setting('dealerops.trusted', true), '')::text[])::text[])"
TOKEN = "(SELECT nullif(current_setting('dealerops.token', true), ''))"  # noqa: S105 - the name of a setting


ALL = "*"
"""Trust in every private row."""


class Writes(StrEnum):
    """What the web role may do with the rows it sees."""

    NONE = "none"
    """Read only: results, which workers compute."""
    ADD = "add"
    """Read and add; what was added is carried on by workers: jobs, runs of a close."""
    APPEND = "append"
    """Read and add, and nobody changes or deletes, workers neither: facts, the audit trail."""
    CHANGE = "change"
    """Read, add, change and delete."""


@dataclass(frozen=True)
class Wall:
    """How the data base guards the rows of one model against the web role.

    `also` names further rows that belong to the actor (SQL over the columns of the table and the phrases of
    this module), `also_read` rows it may read but not write. `open_because` leaves a table without row
    security, with the reason; `columns` may be updated although `writes` says no. `private` rows (SQL) are
    seen only by `also`, whoever else reaches everything or the owner.
    """

    writes: Writes = Writes.CHANGE
    also: str = ""
    also_read: str = ""
    private: str = ""
    open_because: str = ""
    columns: tuple[str, ...] = ()


STANDARD = Wall()
ASKED = Wall(writes=Writes.ADD)
RESULT = Wall(writes=Writes.NONE)
LEDGER = Wall(writes=Writes.APPEND)
