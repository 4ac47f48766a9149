"""Where projections run. The reference fold defines the answers; every other engine is held against it."""
