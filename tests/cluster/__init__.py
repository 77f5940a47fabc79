"""What is shipped, asked of the real programs that will read it: a Kubernetes API server and Docker Compose."""
