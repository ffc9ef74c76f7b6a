"""Define what becomes of a gradient on its way back: verdict, credit, shares, saturation, theory."""
