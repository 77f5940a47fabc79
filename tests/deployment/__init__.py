"""What the platform is delivered in: the image, the Compose file and the Kubernetes manifests.

All of it is checked without a container engine, a cluster or a network, so that a mistake is found where it is made.
"""
