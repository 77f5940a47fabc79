"""What the platform is delivered in: the image, the Compose file and the Kubernetes manifests.

All of it is checked without a container engine, a cluster or a network, so that a mistake is found where it is made.
The full schemas of the operators' own kinds (Strimzi, CloudNativePG, External Secrets, Gateway API) come with the
operations issue; until then the tests look at the fields that those kinds cannot do without.
"""
