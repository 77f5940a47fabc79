"""What the example council has chosen, and what holds for any council until it chooses for itself."""
