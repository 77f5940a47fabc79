"""What the platform is built from: its packages, their licences, and that no secret came along."""
