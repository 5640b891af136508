"""Tries a fix on a clone of the shadow: leaks before and after, owners still let in, indexes used, undo undoes."""
