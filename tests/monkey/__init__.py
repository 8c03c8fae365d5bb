"""Random events in windows on runs of every kind: nothing crashes, and no result changes unseen."""
