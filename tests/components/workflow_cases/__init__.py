"""What the tests of the workflow files share, and the larger of them."""
