"""The house's own checks: what a machine can see, so that reviews are about what it cannot."""
