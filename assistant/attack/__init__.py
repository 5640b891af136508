"""Fills the shadow with two tenants and tries, as each actor, what that actor must not be able to do."""
