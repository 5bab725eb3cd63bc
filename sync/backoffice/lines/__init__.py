"""Send cases to departments that work in a system of their own, and take its answers."""
