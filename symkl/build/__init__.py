"""The main job: everything in a folder of definitions, derived, verified and written, and nothing done twice."""
