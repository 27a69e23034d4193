"""Settings of the documentation site. `docs/build.py` puts the pages into place and runs Sphinx on them.

Nothing is executed and nothing asks the network: notebooks come with their outputs, mathematics is set by scripts of a
package, fonts are the theme's own.
"""

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_CITATION = (_ROOT / "CITATION.cff").read_text(encoding="utf-8")

project = "estimation"
author = "The estimation suite authors"
copyright = author
release = version = re.search(r"^version: \"?([^\"\n]+)", _CITATION, re.MULTILINE)[1]
language = "en"

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx-mathjax-offline"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb", ".rst": "restructuredtext"}
nitpicky = False
default_role = "code"

nb_execution_mode = "off"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4
myst_linkify_fuzzy_links = False
# In a page a name such as `estimation.model` is code, not a cross-reference to be resolved.
suppress_warnings = ["myst.header"]

autodoc_member_order = "bysource"
autodoc_typehints = "none"
# Defaults as written: their values may name folders of this machine.
autodoc_preserve_defaults = True
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = "estimation"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_permalinks = True
html_last_updated_fmt = None
# Summaries under search results would be fetched, which a page opened by double click may not do.
html_show_search_summary = False
html_theme_options = {
    "navbar_start": ["navbar-logo"],
    "navbar_align": "left",
    "navbar_persistent": [],
    "collapse_navigation": True,
    "navbar_end": ["search-button-field", "theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "back_to_top_button": False,
}
html_context = {"default_mode": "auto"}
html_static_path = ["site.css"]
html_css_files = ["site.css"]
