"""Where somebody was in a program, kept from one screen to the next."""
