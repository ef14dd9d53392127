"""What an auditor takes home: the log, heads and bodies as files under the addresses at which they are served."""
