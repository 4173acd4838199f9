"""The training loop: steps, checkpoints, resume, progress, the record of a run."""

from weft.store.files import write_atomically
from weft.train.checkpoint import Checkpoint, has_checkpoint, load_checkpoint, save_checkpoint
from weft.train.events import EventLog, read_events, stage_seconds
from weft.train.loop import EarlyStopping, Fitted, Interrupted, Schedule, fit
from weft.train.progress import TrainingProgress

__all__ = [
    "Checkpoint",
    "EarlyStopping",
    "EventLog",
    "Fitted",
    "Interrupted",
    "Schedule",
    "TrainingProgress",
    "fit",
    "has_checkpoint",
    "load_checkpoint",
    "read_events",
    "save_checkpoint",
    "stage_seconds",
    "write_atomically",
]
