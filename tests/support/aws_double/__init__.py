"""A double of AWS: moto with what it takes on trust checked, and what it lacks added."""
