"""From live things to the words of the YAML."""
