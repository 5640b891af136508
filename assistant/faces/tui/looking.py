"""The half of the app that shows what the engine knows: a screen is made in a worker, and so is what a screen asks for later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import App

from assistant.domain.errors import StanchError
from assistant.faces.tui import windows
from assistant.faces.tui.messages import Ended, Read


if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from assistant.engine.session import Session
    from assistant.engine.world import World
    from assistant.faces.tui.app import StanchApp


class Looking(App[None]):
    """Opens the screens that people look at; the rest of the app is in ``StanchApp``."""

    session: Session | None
    working: bool

    @property
    def stanch(self) -> StanchApp:
        """The app, with its own type."""
        from assistant.faces.tui.app import StanchApp

        assert isinstance(self, StanchApp)
        return self

    @work(thread=True, group="engine", exclusive=True, exit_on_error=False)
    def _bring(self, window: Callable[[World], Screen[Any]]) -> None:
        """Bring up what a restart lost, then show what was asked for."""
        assert self.session is not None
        try:
            shown = window(self.session.world)
        except StanchError as error:
            self.post_message(Ended((error.says, error.remedy)))
        else:
            self.post_message(Ended())
            self.call_from_thread(self.push_screen, shown)

    def _look(self, window: Callable[[World], Screen[Any]]) -> None:
        if self.session is None or self.working:
            self.notify("A step is still running; press c to cancel it.", markup=False)
            return
        self.working = True
        self.session.world.cancel.clear()
        self._bring(window)

    def action_open_matrix(self) -> None:
        """Who can do what; attacks again if a restart lost the result."""
        self._look(windows.matrix)

    def action_open_map(self) -> None:
        """Who owns the rows."""
        self._look(partial(windows.owners, self.stanch))

    def action_open_code(self) -> None:
        """Every way into the code."""
        self._look(partial(windows.code, self.stanch))

    def action_open_deploys(self) -> None:
        """Which commit opened it; ranks again if a restart lost the result."""
        self._look(partial(windows.deploys, self.stanch))

    def action_open_bisect(self) -> None:
        """Since when: the commit that opened a leak; from the list of deploys, the leak of the commit under the cursor."""
        from assistant.faces.tui.screens.deploys import DeploysScreen

        meant = self.screen.current() if isinstance(self.screen, DeploysScreen) else None
        first = next((reason.finding for reason in meant.reasons if reason.finding), "") if meant is not None else ""
        self._look(partial(windows.bisect, self.stanch, first))

    @work(thread=True, group="read", exit_on_error=False)
    def in_thread(self, act: Callable[[], None]) -> None:
        """Run what a screen asked for; it speaks in messages to that screen alone."""
        act()

    def read(self, asking: Screen[Any], what: str, bring: Callable[[], str]) -> None:
        """Bring a text that a screen asked for; a failure is two sentences in its place."""

        def act() -> None:
            try:
                text = bring()
            except StanchError as error:
                text = f"{error.says} {error.remedy}"
            except Exception as error:  # noqa: BLE001 - whatever it is, the screen that waits gets a sentence
                text = f"stanch met something it does not know: {type(error).__name__}: {error}"
            asking.post_message(Read(what, text))

        self.in_thread(act)
