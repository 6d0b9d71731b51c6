"""`make demo`: the main job of the platform on real data, through its public doors only."""
