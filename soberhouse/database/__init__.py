"""What both engines refuse: the connection classes, the constraints Django lacks, and the installer of triggers."""
