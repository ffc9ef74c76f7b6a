"""Sessions start fast: no installed package is asked for components, since the page has its own."""

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(autouse=True, scope="session")
def _no_components_of_others():
    """AppTest reads the metadata of every installed package before every single run: 9 of 10 parts of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        yield
