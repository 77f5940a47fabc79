"""What a council publishes about its resource allocation system: enough for anybody to work a figure out again."""
