"""What Pierhead costs, measured beside what it is compared to: `make bench`.

Each benchmark is a module whose docstring says what is compared with what, and whose `measure`
returns rows of one table. Two things that are compared are measured in turns, so that a machine
that is busy for a while is as slow for both; read the ratio first. Nothing here is a test: no exit
code depends on a figure.

`python -m bench` runs all, `python -m bench ps audit` some.
"""
