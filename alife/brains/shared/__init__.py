"""What every network has around it: base class, projection, lesions."""
