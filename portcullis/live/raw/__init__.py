"""Settings in the form of the REST API, to put them back as they were."""
