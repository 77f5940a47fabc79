"""The services of Braid. None of them imports another; they meet in `braid.contracts` alone."""
