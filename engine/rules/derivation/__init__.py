"""From the rules to lines: one walk over the forward in reverse, its terms as text, tried as shown."""
