"""Parts of worlds: columns, laws and sensors that several worlds share."""
