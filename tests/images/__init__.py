"""The image, built and run: `make images`.

Apart from the rest of the suite, because it needs root, Debian's podman and debootstrap, minutes and gigabytes.
"""
