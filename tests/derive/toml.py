"""A definition file with nothing but a density."""

__all__ = ["written"]


def written(name, parameters, support, density, kind="continuous", constraints=()):
    pairs = [part.strip().split(": ") for part in parameters.split(",")]
    lower, upper = support.split(", ")
    lines = [
        "format = 1",
        "[family]",
        f'name = "{name}"',
        'variable = "x"',
        f'kind = "{kind}"',
        f'support = ["{lower}", "{upper}"]',
        f"constraints = {list(constraints)}",
        f'density = "{density}"',
        "[family.parameters]",
        *(f'{key} = {{ domain = "{domain}" }}' for key, domain in pairs),
    ]
    return "\n".join(lines) + "\n"
