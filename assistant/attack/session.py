"""A connection that runs trials: batched in one round trip, each in its own savepoint, stopped when it does not end.

It connects as the shadow's non-superuser owner: a hostile function that resets its role gains nothing but the shadow.
The loop lives in ``pg_temp``, so the database under attack holds nothing of stanch.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from assistant.attack.trial import NEVER_ENDED, SKIPPED, Outcome, Trial


if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from assistant.shadow.database import Shadow

BATCH: Final = 400
"""Trials in one round trip."""

_BATCH_SECONDS: Final = 10.0
_ALONE_SECONDS: Final = 2.0
_LEAST_SECONDS: Final = 0.25

_LOOP: Final = r"""
create or replace function pg_temp.stanch_try(trials jsonb) returns setof jsonb language plpgsql as $loop$
declare
  trial jsonb; step jsonb; pair jsonb; outcomes jsonb; steps jsonb[]; pairs jsonb[]; todo jsonb[];
  state text; said text; named text; at_column text; told text; touched bigint; finished boolean; started bigint;
begin
  todo := array(select t.value from pg_catalog.jsonb_array_elements(trials) t);
  started := pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint;
  foreach trial in array todo loop
    outcomes := '[]';
    steps := array(select t.value from pg_catalog.jsonb_array_elements(trial->'steps') t);
    pairs := array(select t.value from pg_catalog.jsonb_array_elements(trial->'settings') t);
    finished := false;
    begin
      foreach pair in array pairs loop
        perform pg_catalog.set_config(pair->>0, pair->>1, true);
      end loop;
      foreach step in array steps loop
        state := '00000'; said := ''; told := null; touched := 0; named := ''; at_column := '';
        begin
          if step ? 'settings' then
            pairs := array(select t.value from pg_catalog.jsonb_array_elements(step->'settings') t);
            foreach pair in array pairs loop
              perform pg_catalog.set_config(pair->>0, pair->>1, true);
            end loop;
          end if;
          execute pg_catalog.format('set local role %I', step->>'role');
          if (step->>'asks')::boolean then
            if step->>'role' = 'none' then execute step->>'sql' into told using started;
            else execute step->>'sql' into told; end if;
          else
            execute step->>'sql';
          end if;
          get diagnostics touched = row_count;
          set local role none;
        exception when others then
          get stacked diagnostics state = returned_sqlstate, said = message_text,
            named = constraint_name, at_column = column_name;
          set local role none;
        end;
        outcomes := outcomes || pg_catalog.jsonb_build_array(
          pg_catalog.jsonb_build_array(state, said, touched, told, named, at_column));
        exit when (step->>'must')::boolean and (state <> '00000' or touched = 0);
      end loop;
      finished := true;
      if not (trial->>'keep')::boolean then
        raise exception using errcode = 'ST001';
      end if;
    exception when others then
      if not finished then
        get stacked diagnostics state = returned_sqlstate, said = message_text;
        outcomes := outcomes || pg_catalog.jsonb_build_array(
          pg_catalog.jsonb_build_array(state, said, 0, null, '', ''));
      end if;
    end;
    return next outcomes;
  end loop;
end $loop$
"""


class Session:
    """One connection to one database, with its watchdog."""

    def __init__(self, shadow: Shadow, search_path: Sequence[str] = ("public", "extensions")) -> None:
        """Connect as the shadow's owner."""
        self._shadow = shadow
        self._search_path = tuple(search_path)
        self._connection = self._connect()

    def run(self, trials: Sequence[Trial]) -> list[tuple[Outcome, ...]]:
        """The outcomes of each trial, one an outcome a step; a trial that hangs costs only itself."""
        results: list[tuple[Outcome, ...]] = []
        for start in range(0, len(trials), BATCH):
            batch = trials[start : start + BATCH]
            done = self._send(batch, _BATCH_SECONDS)
            if done is None:
                done = self._one_by_one(batch)
            results.extend(done)
        return results

    def run_fresh(self, trials: Sequence[Trial]) -> list[tuple[Outcome, ...]]:
        """The same on a connection on which no custom setting was ever set."""
        self._reconnect()
        return self.run(trials)

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def _one_by_one(self, batch: Sequence[Trial]) -> list[tuple[Outcome, ...]]:
        """Each trial alone; the more of them hang, the less patience is left for the next."""
        seconds, results = _ALONE_SECONDS, []
        for trial in batch:
            done = self._send([trial], seconds)
            if done is None:
                seconds = max(seconds / 2, _LEAST_SECONDS)
                done = [(NEVER_ENDED, *[SKIPPED] * (len(trial.steps) - 1))]
            results += done
        return results

    def _send(self, batch: Sequence[Trial], seconds: float) -> list[tuple[Outcome, ...]] | None:
        """None when it had to be stopped."""
        from psycopg import Error
        from psycopg.types.json import Jsonb

        ended = threading.Timer(seconds * 1.5, self._terminate, [self._connection.info.backend_pid])
        ended.daemon = True
        ended.start()
        try:
            self._connection.execute(f"set statement_timeout = {int(seconds * 1000)}".encode())
            rows = self._connection.execute(
                "select pg_temp.stanch_try(%s)", [Jsonb([trial.packed() for trial in batch])]
            ).fetchall()
        except Error:
            self._reconnect()
            return None
        finally:
            ended.cancel()
        return [_outcomes(trial, packed) for trial, (packed,) in zip(batch, rows, strict=True)]

    def _terminate(self, pid: int) -> None:
        """End a backend that ignored its timeout; statement_timeout alone is not a guard."""
        from contextlib import suppress

        from psycopg import Error

        with suppress(Error), self._shadow.connect("admin") as admin:
            admin.execute("select pg_terminate_backend(%s)", [pid])

    def _reconnect(self) -> None:
        self._connection.close()
        self._connection = self._connect()

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        from psycopg import sql

        connection = self._shadow.connect("owner", autocommit=True)
        path = sql.SQL(", ").join(sql.Identifier(schema) for schema in self._search_path or ("public",))
        connection.execute(sql.SQL("set search_path = {}").format(path))
        connection.execute(
            "set client_min_messages = error; set lock_timeout = '2s'; set row_security = on; set jit = off"
        )
        connection.execute(_LOOP.encode())
        return connection


def _outcomes(trial: Trial, packed: list[list[object]]) -> tuple[Outcome, ...]:
    seen = [
        Outcome(
            state=str(state),
            message=str(said or ""),
            rows=int(str(touched)),
            text=None if told is None else str(told),
            constraint=str(named or ""),
            column=str(column or ""),
        )
        for state, said, touched, told, named, column in packed
    ]
    seen += [SKIPPED] * (len(trial.steps) - len(seen))
    return tuple(seen[: len(trial.steps)])
