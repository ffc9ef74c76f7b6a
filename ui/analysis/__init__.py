"""The parts that the pages of measures share: their view, measures computed in the background, charts, questions, the
trust badge.
"""
