"""The loop: schedule, early stopping, and a resumed run that ends with the same bits."""

import os
import signal

import pytest
import torch

from weft.errors import CheckpointError, WeftError
from weft.train import EarlyStopping, EventLog, Interrupted, Schedule, fit, load_checkpoint, read_events


def _problem(seed: int = 0):
    torch.manual_seed(seed)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.Adam(model.parameters())

    def batches(epoch: int):
        generator = torch.Generator().manual_seed(epoch)
        return [torch.randn(8, 4, generator=generator) for _ in range(5)]

    def loss_of(batch):
        return (model(batch) - batch.sum(1, keepdim=True)).square().mean()

    return model, optimizer, {"batches": batches, "loss_of": loss_of, "schedule": Schedule(0.05, 50, warmup_steps=3)}


def _weights(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def test_schedule_warms_up_and_decays_to_its_floor():
    schedule = Schedule(1.0, total_steps=10, warmup_steps=2, final=0.1)
    assert [schedule.rate(step) for step in (0, 1, 2)] == pytest.approx([0.5, 1.0, 1.0])
    assert schedule.rate(6) == pytest.approx(0.55)
    assert schedule.rate(10) == schedule.rate(99) == pytest.approx(0.1)


@pytest.mark.parametrize("stop_at", [1, 7, 10, 24])
def test_resumed_run_ends_with_the_same_bits(tmp_path, stop_at):
    model, optimizer, problem = _problem()
    fit(model, optimizer, epochs=5, **problem)
    whole = _weights(model)

    model, optimizer, problem = _problem()
    calls = 0

    def crash_later(batch):
        nonlocal calls
        calls += 1
        if calls > stop_at:
            raise RuntimeError("killed")
        return problem["loss_of"](batch)

    with pytest.raises(RuntimeError, match="killed"):
        fit(model, optimizer, epochs=5, **{**problem, "loss_of": crash_later}, folder=tmp_path, checkpoint_seconds=0)

    model, optimizer, problem = _problem(seed=99)
    resumed = fit(model, optimizer, epochs=5, **problem, folder=tmp_path, resume=load_checkpoint(tmp_path))
    assert torch.equal(_weights(model), whole)
    assert resumed.steps == 25


def test_resuming_keeps_the_best_model_and_the_patience(tmp_path):
    values = {1: 0.5, 2: 0.9, 3: 0.1, 4: 0.2, 5: 0.3}

    def run(stop_after: int | None, resume=None):
        model, optimizer, problem = _problem()
        stopping = EarlyStopping("score", patience=3)
        epochs_done = resume.state["position"]["epoch"] - 1 if resume else 0

        def validate():
            nonlocal epochs_done
            epochs_done += 1
            if epochs_done == stop_after:
                raise RuntimeError("killed")
            return {"score": values[epochs_done]}

        fitted = fit(
            model, optimizer, epochs=9, **problem, validate=validate, early_stopping=stopping,
            folder=tmp_path, checkpoint_seconds=0, resume=resume,
        )  # fmt: skip
        return fitted, _weights(model)

    whole, weights = run(None)
    assert (whole.best_epoch, whole.epochs, whole.stopped_early) == (2, 5, True)
    with pytest.raises(RuntimeError, match="killed"):
        run(4)
    resumed, again = run(None, load_checkpoint(tmp_path))
    assert resumed == whole
    assert torch.equal(again, weights)


def test_finished_run_resumes_to_itself(tmp_path):
    model, optimizer, problem = _problem()
    fit(model, optimizer, epochs=2, **problem, folder=tmp_path)
    done = _weights(model)
    model, optimizer, problem = _problem(seed=5)
    fit(model, optimizer, epochs=2, **problem, folder=tmp_path, resume=load_checkpoint(tmp_path))
    assert torch.equal(_weights(model), done)


def test_ctrl_c_leaves_a_checkpoint(tmp_path):
    model, optimizer, problem = _problem()
    steps = 0

    def interrupt(batch):
        nonlocal steps
        steps += 1
        if steps == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return problem["loss_of"](batch)

    with pytest.raises(Interrupted):
        fit(model, optimizer, epochs=5, **{**problem, "loss_of": interrupt}, folder=tmp_path)
    assert load_checkpoint(tmp_path).state["position"]["step"] == 3


@pytest.mark.parametrize("at_epoch", [1, 3])
def test_ctrl_c_during_a_validation_stops_after_it_and_resumes_to_the_same_bits(tmp_path, at_epoch):
    def run(interrupt_at=None, resume=None, **options):
        model, optimizer, problem = _problem()
        validated = []

        def validate():
            validated.append(resume.state["position"]["epoch"] if resume and not validated else len(validated) + 1)
            if validated[-1] == interrupt_at:
                os.kill(os.getpid(), signal.SIGINT)
            return {"score": -float(_weights(model).norm())}

        stopping = EarlyStopping("score", patience=9)
        fit(model, optimizer, epochs=3, **problem, validate=validate, early_stopping=stopping, resume=resume, **options)
        return _weights(model)

    whole = run()
    with pytest.raises(Interrupted):
        run(interrupt_at=at_epoch, folder=tmp_path)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint.state["position"]["step"] == 5 * at_epoch
    assert checkpoint.state["position"]["finished"] is (at_epoch == 3)
    assert torch.equal(run(resume=checkpoint), whole)


def test_ctrl_c_without_a_folder_stops_at_once():
    model, optimizer, problem = _problem()
    steps = 0

    def interrupt(batch):
        nonlocal steps
        steps += 1
        os.kill(os.getpid(), signal.SIGINT)
        return problem["loss_of"](batch)

    with pytest.raises(KeyboardInterrupt) as caught:
        fit(model, optimizer, epochs=5, **{**problem, "loss_of": interrupt})
    assert not isinstance(caught.value, Interrupted)
    assert steps == 1


def test_loss_that_is_not_finite_stops_with_a_reason():
    model, optimizer, problem = _problem()
    with pytest.raises(WeftError, match="the loss became nan at step 1"):
        fit(model, optimizer, epochs=1, **{**problem, "loss_of": lambda batch: model(batch).sum() * torch.nan})


def test_foreign_checkpoint_is_refused(tmp_path):
    model, optimizer, problem = _problem()
    fit(model, optimizer, epochs=1, **problem, folder=tmp_path)
    other = torch.nn.Linear(7, 1)
    with pytest.raises(CheckpointError, match="does not belong to this run"):
        fit(other, torch.optim.Adam(other.parameters()), epochs=1, **problem, resume=load_checkpoint(tmp_path))


def test_resumed_log_has_each_step_once(tmp_path):
    model, optimizer, problem = _problem()
    log = EventLog(tmp_path / "events.jsonl")
    fit(model, optimizer, epochs=4, **problem, folder=tmp_path / "c", checkpoint_seconds=0, events=log)
    checkpoint = load_checkpoint(tmp_path / "c")
    log.write("stage", name="after the checkpoint", seconds=1.0)
    log.close()
    log = EventLog(tmp_path / "events.jsonl", keep_bytes=checkpoint.state["events_bytes"])
    log.close()
    events = read_events(tmp_path / "events.jsonl")
    assert [event["step"] for event in events if event["event"] == "step"] == [1, 10, 20]
    assert not any(event["event"] == "stage" for event in events)
