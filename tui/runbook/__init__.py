"""What the team agreed, as data: the runbook file, its models and its words."""
