"""Finding an iteration in a file without titles: its loop, its loss, its gradients, its parameters."""
