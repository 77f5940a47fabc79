"""When money is due, who may say that it is paid, what the bank answered, and what may be taken back: pure rules."""
