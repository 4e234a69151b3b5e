"""What people decide: pure rules over typed entries; only the journal touches the disk."""
