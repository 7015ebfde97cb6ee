# The real files write the extension's own package configuration and its installer: nothing that the host runs.
