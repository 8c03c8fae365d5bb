"""The page that shows what instruments found."""
