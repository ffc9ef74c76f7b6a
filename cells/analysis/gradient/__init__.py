"""The gradient on its way back: verdict, credit, shares, saturation, theory."""
