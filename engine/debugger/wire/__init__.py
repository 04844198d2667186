"""What crosses between the engine and a screen: commands down, frames up. Frozen and plain."""
