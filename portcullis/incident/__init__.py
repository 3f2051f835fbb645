"""`portcullis incident`: what to do on a bad day, and which credentials to replace."""
