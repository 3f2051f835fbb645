"""Where values are written: one module a destination, behind one small interface.

A value is never in an argument of a process, in what is printed, or in an error.
"""
