"""Let the departments work on accepted cases: dispatch, review, special procedures, results."""
