"""Speed against peers and under load; each file without an underscore is one command: python backflow.py bench NAME."""
