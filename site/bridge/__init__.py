"""Streamlit's own server without threads and sockets, so that it runs in a browser's worker; asked by its scripts."""
