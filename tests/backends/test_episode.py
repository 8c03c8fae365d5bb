"""A per-agent loop gives the bits of its stages run one by one and step by step."""

from __future__ import annotations

import re

import llvmlite.binding as llvm
import numpy as np
import pytest

from alife.backends.cpu import episode, jit
from alife.backends.cpu.threads import Program
from alife.backends.cuda import nvrtc
from alife.backends.cuda.kernels import kernels_of, whole_text
from alife.backends.episode import bind_loop
from alife.backends.program import BrainStage, PerAgentLoop
from alife.brains import make_brain
from alife.errors import UserError
from alife.laws.law import per_agent, per_slot, serial
from alife.laws.maths import f32
from alife.laws.random import FIRST_WORLD_STREAM as START
from alife.laws.random import uniform
from alife.simulation.episode_laws import closing, opening, take_step
from alife.simulation.evaluator import Evaluator
from tests.helpers.lives import equal
from worlds import cartpole, mushrooms

BRAINS = {
    "default": {"name": "wht"},
    "bare": {"name": "wht", "projection": None, "memory": None, "injection": 0},
    "narrow": {"name": "wht", "width": 16, "recurrent": 2, "memory": {"bits": 16, "values": 2}},
    "half": {"name": "wht", "storage": "float16", "memory": {"storage": "float16"}},
    "tight": {"name": "wht", "memory": {"bits": 64, "values": 4}},
    "wide": {"name": "wht", "width": 128, "memory": {"bits": 128}},
}
WORLDS = {
    "cartpole": cartpole.Cartpole(cartpole.Params(lifetime=60, spread=0.2)),
    "mushrooms": mushrooms.Mushrooms(mushrooms.Params(encounters=5)),
}
CASES = [
    ("cartpole", "default"),
    ("cartpole", "bare"),
    ("cartpole", "wide"),
    ("mushrooms", "narrow"),
    ("mushrooms", "half"),
]


def trial(world: str, brain: str, count: int, threads: int = 1, backend: str = "cpu") -> Evaluator:
    place = WORLDS[world]
    made = make_brain(BRAINS[brain], len(place.sensors), len(place.actuators))
    return Evaluator(place, made, count, seed=7, threads=threads, backend=backend)


def genomes(of: Evaluator) -> np.ndarray:
    return of.brain.init(of.count, seed=3)


def live_step_by_step(of: Evaluator, first: int) -> None:
    """Runs one episode with a call for each law and brain, over the agents that are not done."""
    f, world, engine = of.fields, of.world, of.engine
    of._begin(genomes(of), first, apart=0)
    rows, count = f["living"].copy(), engine.bindings.rows.counts["living"]
    Program(engine.calls((*opening(world), *world.stage("reset")))).run()
    stages = (*world.stage("observe"), BrainStage(of.brain.program), *world.stage("step"), take_step)
    step = Program(engine.calls(stages))
    for now in range(world.lifetime):
        going = rows[f["done"][rows] == 0]
        f["living"][: len(going)], count[0], f["clock"][0] = going, len(going), now
        step.run()
    f["living"][:], count[0], f["clock"][0] = rows, len(rows), 0
    Program(engine.calls((*world.stage("fitness"), *closing(world)))).run()


def differing(a: Evaluator, b: Evaluator) -> list[str]:
    return [name for name in a.fields if not equal(np.array(a.fields[name]), np.array(b.fields[name]))]


@pytest.mark.parametrize(("world", "brain"), CASES)
@pytest.mark.parametrize("threads", [1, 2])
def test_one_loop_equals_step_by_step(world: str, brain: str, threads: int) -> None:
    fused, plain = trial(world, brain, 451, threads), trial(world, brain, 451)
    for first in (0, 5):
        fused.fitness(genomes(fused), 1, first)
        live_step_by_step(plain, first)
        assert differing(fused, plain) == []
    assert np.ptp(fused.fields["total"]) > 0 and fused.fields["agent_steps"][0] > 0
    if world == "cartpole":
        assert len(set(fused.fields["taken"].tolist())) > 3  # they end at different steps


@pytest.mark.parametrize(("world", "brain"), CASES)
@pytest.mark.parametrize("reverse", [False, True])
def test_one_loop_on_a_gpu_equals_that_on_the_cpu(host_device, world: str, brain: str, reverse: bool) -> None:
    host_device.reverse = reverse
    ours, theirs = trial(world, brain, 27), trial(world, brain, 27, backend="gpu")
    for first in (0, 3):
        assert np.array_equal(ours.fitness(genomes(ours), 2, first), theirs.fitness(genomes(theirs), 2, first))
        assert differing(ours, theirs) == []


def test_genes_that_no_kernel_changes_are_not_copied_back(host_device) -> None:
    of = trial("cartpole", "default", 40, backend="gpu")
    of.fitness(genomes(of), 1, 0)
    fetched = host_device.counts["copied bytes"]
    of.fitness(genomes(of), 1, 1)
    assert host_device.counts["copied bytes"] - fetched < 1.5 * genomes(of).nbytes


@per_agent
def jolt(i, x_dot, seed, id, step):
    x_dot[i] += 0.01 * uniform(seed, START, step, id[i], 0)


@pytest.mark.parametrize("backend", ["cpu", "gpu"])
@pytest.mark.parametrize("brain", ["default", "wide"])
def test_without_until_all_agents_take_every_step_and_draw_by_the_clock(host_device, backend: str, brain: str) -> None:
    fused, plain = trial("cartpole", brain, 19, backend=backend), trial("cartpole", brain, 19)
    world, think = fused.world, BrainStage(fused.brain.program)
    stages = (jolt, *world.stage("observe"), think, *world.stage("step"), take_step)
    for of in (fused, plain):
        of._begin(genomes(of), 0, apart=0)
        of.fields["id"][:], of.fields["clock"][0] = np.arange(19), 2**33
        of.engine.written("id", "clock")
    fused.engine.prepare((PerAgentLoop(stages, 30),))
    fused.engine.run(1)
    step = Program(plain.engine.calls(stages))
    for _ in range(30):
        step.run()
        plain.fields["clock"][0] += 1
    plain.fields["clock"][0] = 2**33  # the loop leaves it
    assert differing(fused, plain) == []
    assert np.all(fused.fields["taken"] == 30) and fused.fields["done"].any()


@pytest.mark.parametrize("brain", ["default", "half", "bare", "wide"])
def test_what_depends_on_genes_alone_is_computed_before_the_loop(monkeypatch, brain: str) -> None:
    """In LLVM's optimized code, all genes are read before the loop, and none in it."""
    of, made = trial("cartpole", brain, 4), []
    emit = llvm.TargetMachine.emit_object
    monkeypatch.setattr(llvm.TargetMachine, "emit_object", lambda *args: made.append(str(args[1])) or emit(*args))
    loop = next(stage for stage in of.stages() if isinstance(stage, PerAgentLoop))
    jit._compile(episode.kernel_text(loop, bind_loop(loop, of.engine.bindings)).ir)
    functions = [part for part in made[0].split("\ndefine ") if re.match(r"internal [^\n]*@loop\d", part)]
    for function in functions:
        before, inside = re.split(r"^step\.body:", function, maxsplit=1, flags=re.M)
        genes = {"%genome0", "%genome1", "%genome2", "%genome3"}
        for name, base in re.findall(r"(%[\w.]+) = getelementptr .*?ptr (%[\w.]+)", function):
            genes |= {name} if base in genes else set()
        read = [set(re.findall(r"load .*?ptr (%[\w.]+)", part)) & genes for part in (before, inside)]
        assert read[0] and not read[1]
    assert len(functions) == 2  # for agents side by side, and for one


@pytest.mark.skipif(not nvrtc.available(), reason="no NVRTC: pip install nvidia-cuda-nvrtc")
@pytest.mark.parametrize("until", ["done", ""])
@pytest.mark.parametrize("arch", ["sm_75", "sm_90"])
def test_the_brain_with_most_values_in_registers_spills_none(arch: str, until: str) -> None:
    of = trial("cartpole", "tight", 4)
    stages = (*of.world.stage("observe"), BrainStage(of.brain.program), *of.world.stage("step"), take_step)
    (used,) = nvrtc.usage(whole_text(kernels_of((PerAgentLoop(stages, 3, until),), of.engine.bindings)), arch).values()
    assert used[1] == 0


def test_episodes_are_the_same_for_all_genomes_and_new_ones_differ() -> None:
    of = trial("cartpole", "default", 40)
    same = np.repeat(genomes(of)[:1], 40, axis=0)
    assert np.ptp(of.fitness(same, 1, 0)) == 0
    starts = set()
    for first in range(4):
        of.fitness(same, 1, first)
        starts.add(float(of.fields["id"][0]))
    assert starts == {0.0, 1.0, 2.0, 3.0}
    assert np.ptp(of.held_out(same[0])) > 0


# ---- stages that cannot be in a per-agent loop


@per_agent
def look_around(i, x, x_dot):
    x_dot[i] = x[(i + 1) % len(x)]


@per_agent
def shove(i, x):
    x[i] += 1.0


@per_agent
def imitate(i, x, actions):
    x[i] = actions[(i + 1) % len(x), 0]


@per_agent
def read_states(i, x, state):
    x[i] = state[(i + 1) % len(x), 0]


@serial
def gather(x):
    x[0] = 0.0


@per_agent(columns="state")
def forget(i, k, state):
    state[i, k] = 0.0


@per_agent(scatter=("x",))
def throw(i, x):
    x[(i + 1) % len(x)] = 0.0


@per_agent
def learn(i, genome):
    genome[i, 0] = 0.0


@per_agent(reductions=("taken",))
def hit(i, taken):
    taken[(i + 1) % len(taken)] += 1


@per_agent
def suffer(i, x, taken):
    x[i] -= f32(taken[i])


@per_slot
def everywhere(i, x):
    x[i] = 0.0


@pytest.mark.parametrize(
    ("laws", "message"),
    [
        (
            (shove, look_around),
            r"test_episode.py:\d+: look_around: expected agents that do not meet, got a law that reads x",
        ),
        ((hit, suffer), r"hit: expected sums that no law of the loop reads or sets, got taken"),
        ((shove,), "expected a brain among its stages, got laws only"),
        ((learn,), r"test_episode.py:\d+: learn: expected genes that stay the same in an episode"),
        *(
            ((law,), rf"test_episode.py:\d+: {law.name}: expected a law over one agent at a time, got another kind")
            for law in (everywhere, gather, forget, throw)
        ),
    ],
)
def test_laws_that_need_other_agents_are_refused(laws, message) -> None:
    of = trial("cartpole", "bare", 4)
    with pytest.raises(UserError, match=message):
        of.engine.prepare((PerAgentLoop(laws, 3),))


@pytest.mark.parametrize(("law", "field"), [(imitate, "actions"), (read_states, "state")])
def test_a_law_that_reads_what_other_brains_write_is_refused(law, field) -> None:
    of = trial("cartpole", "default", 4)
    with pytest.raises(UserError, match=rf"{law.name}: expected agents that do not meet, got a law that reads {field}"):
        of.engine.prepare((PerAgentLoop((BrainStage(of.brain.program), law), 3),))


@pytest.mark.parametrize("until", ["dome", "taken", "observations", "clock", "spread"])
def test_only_a_uint8_field_of_agents_ends_their_steps(until) -> None:
    of = trial("cartpole", "bare", 4)
    with pytest.raises(UserError, match=f"until: expected a uint8 field of agents, one value each, got {until}"):
        of.engine.prepare((PerAgentLoop((BrainStage(of.brain.program),), 3, until),))


def test_a_brain_of_other_genes_is_refused() -> None:
    of, half = trial("cartpole", "default", 4), trial("cartpole", "half", 4)
    for stage in (BrainStage(half.brain.program), PerAgentLoop((BrainStage(half.brain.program),), 3)):
        with pytest.raises(UserError, match="genome: expected float16, got float32"):
            kernels_of((stage,), of.engine.bindings)
        with pytest.raises(UserError, match="genome: expected float16, got float32"):
            of.engine.prepare((stage,))
