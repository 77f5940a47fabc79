"""What a webhook is, without a network: its signature, its schedule, where it may go and who may be told what."""
