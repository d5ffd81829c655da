"""How to get from a dense table to a smaller one."""
