"""The gate room: what its page has beside the charts."""
