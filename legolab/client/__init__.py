"""Talk to a legolab service, from a notebook or from the command line.

The standard library carries it: the base install is enough, on a machine that runs no service.

>>> from legolab.client import Client
>>> Client("https://bricks.example.org", token="as-legolab-token-makes-it")
<Client of https://bricks.example.org>
"""

from legolab.client.discovery import find_service
from legolab.client.jobs import Client, Job, JobState, Status

__all__ = ["Client", "Job", "JobState", "Status", "find_service"]
