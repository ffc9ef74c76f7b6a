"""Lessons: what there is to learn, in order, and how far one has come."""

import streamlit as st

from ui.lessons.page import follow_link, open_chosen

follow_link()
st.html('<h1 class="bf-page-title">Lessons</h1>')
st.markdown("Each lesson runs beside the live page: every control works, and *Back to the step* restores what it set.")
open_chosen()
