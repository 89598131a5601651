// The club works without scripts.
