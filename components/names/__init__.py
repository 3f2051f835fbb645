"""The names that repositories, teams and branches have on GitHub, and had before."""
