"""What the anatomy pages share: their view, measures computed in the background, plates, questions, the trust badge."""
