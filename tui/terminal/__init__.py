"""The process and its terminal: descriptors, driver, restore."""
