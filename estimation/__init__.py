"""What a detention rate observed in one county supports for a whole region, with its uncertainty.

The names below are the library's public face; docs/library.md shows each of them at work.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Size and seed of the published runs. The seed is the day the files were published; any other gives the same answer
# within the errors printed.
DRAWS = 150_000
SEED = 20220524

if TYPE_CHECKING:
    from estimation.challenge.calibration.backtest import backtest as backtest
    from estimation.challenge.calibration.designs import System as System
    from estimation.challenge.claims import Claim as Claim
    from estimation.errors import EstimationError as EstimationError
    from estimation.errors import UnreliableError as UnreliableError
    from estimation.evidence.register.assumptions import Register as Register
    from estimation.library import Estimate as Estimate
    from estimation.library import LoadedCase as LoadedCase
    from estimation.library import distribution as distribution
    from estimation.library import load_case as load_case
    from estimation.library import load_tables as load_tables
    from estimation.library import slope_prior as slope_prior
    from estimation.library import spread_prior as spread_prior
    from estimation.model.fit.transfer import fit_areas as fit_areas
    from estimation.model.spread.spread import fit_spread as fit_spread
    from estimation.report.record.results_folder import published as published

# Imported on first use, so that `import estimation` stays fast.
_WHERE = {
    "Claim": "challenge.claims",
    "Estimate": "library",
    "EstimationError": "errors",
    "LoadedCase": "library",
    "Register": "evidence.register.assumptions",
    "System": "challenge.calibration.designs",
    "UnreliableError": "errors",
    "backtest": "challenge.calibration.backtest",
    "distribution": "library",
    "fit_areas": "model.fit.transfer",
    "fit_spread": "model.spread.spread",
    "load_case": "library",
    "load_tables": "library",
    "published": "report.record.results_folder",
    "slope_prior": "library",
    "spread_prior": "library",
}
__all__ = ["DRAWS", "SEED", "__version__", *_WHERE]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _WHERE:
        raise AttributeError(f"module 'estimation' has no attribute {name!r}")
    return getattr(import_module(f"estimation.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
