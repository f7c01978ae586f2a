"""How fast the shop is, and how much memory it takes: `python -m bench`. See README.md."""
