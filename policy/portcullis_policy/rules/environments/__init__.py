"""Release environments: their protection, and pairs that look or work alike."""
