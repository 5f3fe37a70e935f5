"""Building the sample network: what people do goes through services, volume through COPY."""
