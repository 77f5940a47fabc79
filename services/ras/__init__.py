"""The resource allocation system: from an agreed assessment to an indicative allocation."""
