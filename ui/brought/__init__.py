"""Files that a reader brings: weights and recordings. They stay in the reader's session and are told apart by
SHA-256.
"""
