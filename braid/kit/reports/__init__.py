"""Reports as one HTML file each: nothing is fetched, and every picture has its figures as a table beside it."""
