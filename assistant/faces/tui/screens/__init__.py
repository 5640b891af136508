"""The screens people look at: stages, matrix, witness, ownership map, approval, timeline, help."""
