"""A closed form turned into one that loses no digits: rules, candidates, and a measured choice."""
