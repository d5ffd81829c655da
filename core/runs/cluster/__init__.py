"""A sweep on a Dask cluster: what travels, what its tasks do, and the driver that tells the store. No shared disk."""
