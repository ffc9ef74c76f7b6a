"""Builds the static site: pinned files of others, checked; Streamlit's frontend; our code; one page an address."""
