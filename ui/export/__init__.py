"""Define what leaves a page: the figures it offers, and the dialog that saves them."""
