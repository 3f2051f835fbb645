"""A world's state: records, their store, clock and faults."""
