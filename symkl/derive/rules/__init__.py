"""Rules, one a module; each module's docstring is the rewrite that it makes, `A => B`."""
