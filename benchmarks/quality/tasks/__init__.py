"""Every quality task, a file for the data that they share."""

from benchmarks.quality.tasks import planetoid

TASKS = (*planetoid.TASKS,)
