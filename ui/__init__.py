"""The page: widgets in, settings out; figures shown. The only folder that knows Streamlit."""
