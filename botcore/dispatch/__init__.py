"""From a claimed event to a committed answer."""
