"""What a detention rate observed in one county supports for a whole region, with honest intervals."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "fit_areas"]

if TYPE_CHECKING:
    from estimation.model.fit.transfer import fit_areas as fit_areas


def __getattr__(name: str) -> Any:
    """Import the public functions on first use, so that `import estimation` stays fast."""
    if name == "fit_areas":
        from estimation.model.fit.transfer import fit_areas

        return fit_areas
    raise AttributeError(f"module 'estimation' has no attribute {name!r}")
