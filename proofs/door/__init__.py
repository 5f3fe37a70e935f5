"""What happens at the door, proof by proof; loaded once the settings are known."""
