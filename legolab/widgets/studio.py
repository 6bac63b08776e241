"""Ask, inspect, compare: three tabs, and one model that goes from one to the next."""

from __future__ import annotations

import ipywidgets

from legolab.generation.engine import EngineClient
from legolab.generation.result import Generation
from legolab.widgets.inspector import Inspector
from legolab.widgets.prompt_panel import PromptPanel
from legolab.widgets.solver_panel import SolverPanel
from legolab.widgets.style import style_sheet

TITLES = ("Prompt", "Inspect", "Solvers")


class Studio(ipywidgets.VBox):
    """What the dashboard shows."""

    def __init__(self, engine: EngineClient | None = None) -> None:
        """Set up.

        Args:
            engine: whom to ask; the kernel's own if None.
        """
        self.prompt = PromptPanel(engine)
        self.inspector = Inspector()
        self.solvers = SolverPanel()
        self._result: Generation | None = None
        self._seen: dict[int, Generation] = {}
        self.tabs = ipywidgets.Tab(
            [self.prompt, self.inspector, self.solvers], titles=TITLES, selected_index=0
        )
        self.tabs.observe(lambda _: self._pass_on(), "selected_index")
        self.prompt.on_result(self._take)
        super().__init__([style_sheet(), self.tabs])
        self.add_class("legolab")
        self.add_class("ll-studio")

    def _take(self, result: Generation) -> None:
        self._result = result
        self._pass_on()

    def _pass_on(self) -> None:
        """Give the model to the tab that is open; the others get it when they are opened."""
        index, result = self.tabs.selected_index, self._result
        if index not in (1, 2) or result is None or self._seen.get(index) is result:
            return
        self._seen[index] = result
        (self.inspector if index == 1 else self.solvers).show_result(result)
