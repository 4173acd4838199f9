"""Every quality task, a file for the data that they share."""

from benchmarks.quality.tasks import graphs, heterophilous, knowledge, planetoid, relational

TASKS = (*planetoid.TASKS, *heterophilous.TASKS, *relational.TASKS, *graphs.TASKS, *knowledge.TASKS)
