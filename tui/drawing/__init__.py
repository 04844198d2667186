"""Styled lines, boxes, numbers as text, verdict signs, and the widget that paints them."""
