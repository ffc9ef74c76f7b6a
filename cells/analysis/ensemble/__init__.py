"""Many runs side by side: seeds of one setting, combinations of cell, activation and initialiser."""
