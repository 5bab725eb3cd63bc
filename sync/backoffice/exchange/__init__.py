"""Give the cases in the shape of the national platform's exchange tables, batch by batch."""
