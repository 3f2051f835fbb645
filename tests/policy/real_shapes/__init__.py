"""Files of the shapes that well-kept repositories have, and what an engineer says of them."""
