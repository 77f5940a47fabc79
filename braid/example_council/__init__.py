"""The example council: made up, with people whose figures are published where they could be."""
