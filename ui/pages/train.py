"""Train: watch the gradient flow while a network learns."""

import streamlit as st

from ui.platform import COMMAND, PLATFORM
from ui.shell.page_titles import show_title

if PLATFORM.processes:
    from ui.train.page import draw

    draw()
else:
    show_title("train")
    st.info(f"Training takes PyTorch and processes, which a browser has not: start the app with `{COMMAND}`.")
