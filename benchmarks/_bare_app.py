"""The least a Streamlit page with a chart can do: one slider, one line of 50 points. The yardstick."""

import math

import plotly.graph_objects as go
import streamlit as st

scale = st.slider("Weight scale", 0.0, 4.0, 1.0, 0.01, key="weight_scale")
steps = list(range(1, 51))
st.plotly_chart(go.Figure(go.Scatter(x=steps, y=[math.exp(-scale * t / 10) for t in steps])), key="chart")
