"""What Voila needs to serve the app: launcher, template, settings."""
