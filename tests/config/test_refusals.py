"""Mistakes in a world file are refused in one line with file, line and what to write; what is right is not."""
# ruff: noqa: E501  (errors stand as they are printed)

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from alife.config.schema import load_config
from alife.errors import LocatedError
from alife.experiment.build import make_experiment, make_world
from alife.world.base import scene_of

WORLD = '''"""Drops."""

import pydantic

from alife.world import *
from alife.world import Columns


class Params(BaseParams):
    population: int = pydantic.Field(10, ge=1)
    lifetime: int = pydantic.Field(50, ge=1)


class Drop(SharedAgent):
    x: float = column("float32", unit="m", meaning="place")
    left: int = column("int32", unit="steps", meaning="steps to live")


@per_agent
def scatter(a, p):
    a.left = p.lifetime


@per_agent
def see(a):
    a.senses.place = a.x


@per_agent
def steer(a):
    a.x += a.actions.steer


class Drops(SharedWorld):
    death_causes = ("dark",)
    columns = (Drop,)
    reset = (scatter,)
    observe = (see,)
    step = (steer,)
    sensors = (Sensor("place", 0, 1, "m", ""),)
    actuators = (Actuator("steer", -1, 1, "m", ""),)
    metrics = (Metric("place", "m", "mean"),)

    @property
    def num_founders(self):
        return self.params.population
'''
X = 'x: float = column("float32", unit="m", meaning="place")'
MISTAKES = {
    "a column twice": (
        X,
        X + "\n    " + X.replace("float32", "float64"),
        "F:15: Drop.x: expected one column of this name, got two in one class; write another name",
    ),
    "a bound by no Param": (
        X,
        X.replace(")", ', low=0, high="lifetim")'),
        "F:15: Drop.x: expected high as a number or the name of a Param, got 'lifetim'; did you mean 'lifetime'?; write high=1.0",
    ),
    "an index of no table": (
        X,
        X.replace(")", ', index="agent")'),
        "F:15: Drop.x: expected index as a table, one of agents, log, one, got 'agent'; did you mean 'agents'?; write its name",
    ),
    "no comma": (
        '(Sensor("place", 0, 1, "m", ""),)',
        '(Sensor("place", 0, 1, "m", ""))',
        "F:40: Drops.sensors: expected a tuple of Sensor, got Sensor('place', ...) alone; write sensors = (Sensor('place', ...),) with its comma",
    ),
    "a list": (
        '(Sensor("place", 0, 1, "m", ""),)',
        '[Sensor("place", 0, 1, "m", "")]',
        "F:40: Drops.sensors: expected a tuple of Sensor, got a list; write (Sensor('place', ...),)",
    ),
    "no brackets": (
        'actuators = (Actuator("steer", -1, 1, "m", ""),)',
        'actuators = Actuator("steer", -1, 1, "m", "")',
        "F:41: Drops.actuators: expected a tuple of Actuator, got Actuator('steer', ...) alone; write actuators = (Actuator('steer', ...),) with its comma",
    ),
    "an actuator among sensors": (
        '(Sensor("place", 0, 1, "m", ""),)',
        '(Sensor("place", 0, 1, "m", ""), Actuator("b", 0, 1, "", ""))',
        "F:40: Drops.sensors: expected a tuple of Sensor, got Actuator('b', ...) in it; write Sensor(...)",
    ),
    "names of sensors": (
        '(Sensor("place", 0, 1, "m", ""),)',
        '("place",)',
        "F:40: Drops.sensors: expected a tuple of Sensor, got 'place' in it; write Sensor(...)",
    ),
    "no sensors": (
        '    sensors = (Sensor("place", 0, 1, "m", ""),)\n',
        "",
        "F:34: Drops: expected it to define sensors, got none; see alife/world/kinds.py",
    ),
    "a law alone": (
        "reset = (scatter,)",
        "reset = scatter",
        "F:37: Drops.reset: expected a tuple of Law, got the law scatter alone; write reset = (scatter,) with its comma",
    ),
    "a list of laws": (
        "reset = (scatter,)",
        "reset = [scatter]",
        "F:37: Drops.reset: expected a tuple of Law, got a list; write (scatter,)",
    ),
    "a plain function": (
        "@per_agent\ndef see",
        "def see",
        "F:37: Drops.observe: expected a tuple of Law, got the function see in it; write @per_agent above def see",
    ),
    "a method": (
        "    step = (steer,)\n",
        "    def step(self):\n        return (steer,)\n",
        "F:39: Drops.step: expected a tuple of Law, got a method; write @property above def step(self)",
    ),
    "a law in quotes": (
        "step = (steer,)",
        'step = ("steer",)',
        "F:39: Drops.step: expected a tuple of Law, got 'steer' in it; write the law steer, without quotes",
    ),
    "a column of the engine": (
        "    a.left = p.lifetime",
        "    a.parent_id = p.lifetime",
        "F:21: scatter: expected a column that the world declares; did you mean 'wants_child'?, got parent_id; "
        'write parent_id: float = column("float32") in a class of columns, if the engine has none of this name',
    ),
    "a law too many": (
        "step = (steer,)",
        "step = (steer, (see, scatter))",
        "F:39: Drops.step: expected a tuple of Law, got a tuple in it; write laws, such as (move,)",
    ),
    "a stage that is none": (
        "observe = (see,)",
        "observ = (see,)",
        "F:38: Drops.observ: expected a name that worlds have, got observ; did you mean 'observe'?; write observe = ...",
    ),
    "a class alone": (
        "columns = (Drop,)",
        "columns = Drop",
        "F:36: Drops.columns: expected a tuple of classes of columns, got the class Drop alone; write columns = (Drop,) with its comma",
    ),
    "an instance": (
        "columns = (Drop,)",
        "columns = (Drop(),)",
        "F:36: Drops.columns: expected a tuple of classes of columns, got Drop(...) in it; write Drop without brackets",
    ),
    "text alone": (
        '("dark",)',
        '("dark")',
        "F:35: Drops.death_causes: expected a tuple of text, got 'dark' alone; write death_causes = ('dark',) with its comma",
    ),
    "a column of Params": (
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n',
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n    lifetime: int = column("int32")\n',
        "F:17: Drop.lifetime: expected a name that is free, got that of Params at F:11; write another name",
    ),
    "a column called row": (
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n',
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n    row: int = column("int32")\n',
        "F:17: Drop.row: expected a name that is free, got row, which every row has; write another name",
    ),
    "a column called like lanes": (
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n',
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n    senses: int = column("int32")\n',
        "F:17: Drop.senses: expected a name that is free, got senses, which every row has; write another name",
    ),
    "a column of the clock": (
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n',
        '    left: int = column("int32", unit="steps", meaning="steps to live")\n    step: int = column("int32")\n',
        "F:17: Drop.step: expected a name that is free, got that, a scalar of the world; write another name",
    ),
    "no such dtype": (
        '"float32"',
        '"float23"',
        "F:15: Drop.x: expected a dtype of float32, int32, uint32, int64, uint64, uint8, float16, got 'float23'; did you mean 'float32'?; write column(\"float32\")",
    ),
    "another dtype": (
        '"float32"',
        '"float64"',
        "F:15: Drop.x: expected a dtype of float32, int32, uint32, int64, uint64, uint8, float16, got 'float64'; did you mean 'float16'?; write column(\"float32\")",
    ),
    "no column": (
        'x: float = column("float32", unit="m", meaning="place")',
        "x: float = 0.0",
        'F:15: Drop.x: expected a column, got 0.0; write x: float = column("float32", unit="...", meaning="...")',
    ),
    "a number as shape": (
        'column("float32",',
        'column("float32", 3,',
        "F:15: Drop.x: expected a shape of whole numbers above 0, got 3; write (3,)",
    ),
    "a table without rows": (
        'class Drops(SharedWorld):\n    death_causes = ("dark",)\n    columns = (Drop,)\n',
        'class Stone(Columns, table="stones"):\n    y: float = column("float32")\n\n\nclass Drops(SharedWorld):\n    death_causes = ("dark",)\n    columns = (Drop, Stone)\n',
        "F:35: Stone.y: expected a table with a number of rows, got table 'stones', which has none (those with rows: agents, log, one); write tables = {\"stones\": 10} in the world",
    ),
    "two columns of one name": (
        'class Drops(SharedWorld):\n    death_causes = ("dark",)\n    columns = (Drop,)\n',
        'class Other(SharedAgent):\n    x: int = column("int32")\n\n\nclass Drops(SharedWorld):\n    death_causes = ("dark",)\n    columns = (Drop, Other)\n',
        "F:35: Other.x: expected one column of this name, got another one at F:15; write another name",
    ),
    "an actuator twice": (
        '(Actuator("steer", -1, 1, "m", ""),)',
        '(\n        Actuator("steer", -1, 1, "", ""),\n        Actuator("steer", 0, 1, "", ""),\n    )',
        "F:43: Drops.actuators: expected a name of its own for each, got 'steer' twice; write another name",
    ),
    "a sensor twice": (
        '(Sensor("place", 0, 1, "m", ""),)',
        '(Sensor("place", 0, 1, "m", ""), Sensor("place", 0, 1, "m", ""))',
        "F:40: Drops.sensors: expected a name of its own for each, got 'place' twice; write another name",
    ),
    "sensors whose names are one in laws": (
        '(Sensor("place", 0, 1, "m", ""),)',
        '(Sensor("a b", 0, 1, "m", ""), Sensor("a_b", 0, 1, "m", ""))',
        "F:40: Drops.sensors: expected a name of its own for each, got 'a_b' twice; write another name",
    ),
    "a metric twice": (
        '(Metric("place", "m", "mean"),)',
        '(Metric("place", "m", ""), Metric("place", "", ""))',
        "F:42: Drops.metrics: expected a name of its own for each, got 'place' twice; write another name",
    ),
    "a sensor without a name": (
        'Sensor("place"',
        'Sensor(""',
        "F:40: Drops.sensors: expected a name, got ''; write a word, such as speed",
    ),
    "a range upside down": (
        '"steer", -1, 1',
        '"steer", 1, -1',
        "F:41: Drops.actuators: expected low below high, got steer: 1, -1; write -1, 1",
    ),
    "a range without end": (
        '"steer", -1, 1',
        '"steer", 0, float("inf")',
        "F:41: Drops.actuators: expected low below high, got steer: 0, inf; write 0.0, 1.0",
    ),
    "a range of text": (
        '"place", 0, 1',
        '"place", "low", "high"',
        "F:40: Drops.sensors: expected numbers low and high, got place: 'low', 'high'; write 0.0, 1.0",
    ),
    "heritable": (
        "    death_causes",
        '    heritable = ("lefd",)\n    death_causes',
        "F:35: Drops.heritable: expected names of columns of the world, got 'lefd'; did you mean 'left'?; write one of them",
    ),
    "a default below its bound": (
        "Field(50, ge=1)",
        "Field(0, ge=1)",
        "F:11: Params.lifetime: expected a default that is greater than or equal to 1, got 0; write one that fits",
    ),
    "a default of another type": (
        "Field(50, ge=1)",
        'Field("many")',
        "F:11: Params.lifetime: expected a default that is a valid integer, got 'many'; write one that fits",
    ),
    "a Param called name": (
        "    lifetime: int",
        '    name: str = "drops"\n    lifetime: int',
        "F:11: Params.name: expected a name that is free, got name, which names the entry in a configuration; rename it",
    ),
    "a Param called seed": (
        "    lifetime: int",
        "    seed: int = 3\n    lifetime: int",
        "F:11: Params.seed: expected a name that is free, got seed, which is the seed of the run; rename it",
    ),
    "Params of nothing": (
        "class Params(BaseParams)",
        "class Params",
        "F:9: Params: expected a class derived from BaseParams of alife.world, got one of nothing; write class Params(BaseParams)",
    ),
    "Params of pydantic": (
        "class Params(BaseParams)",
        "class Params(pydantic.BaseModel)",
        "F:9: Params: expected a class derived from BaseParams of alife.world, got one of BaseModel; write class Params(BaseParams)",
    ),
    "Params of another name": (
        "class Params(BaseParams)",
        "class Parameters(BaseParams)",
        "F:34: expected class Params beside Drops, got none; write class Params(BaseParams), or import Params as Params",
    ),
    "a class of another name": (
        "class Drops(",
        "class DropWorld(",
        "F:34: expected class Drops, after the name of the file, got Drop, DropWorld; write class Drops(SharedWorld)",
    ),
    "a class of no kind": (
        "class Drops(SharedWorld)",
        "class Drops",
        "F:34: Drops: expected a class derived from SharedWorld, EpisodicWorld, ArenaWorld or ExternalWorld, got one derived from object; see alife/world/kinds.py",
    ),
    "a class of all kinds": (
        "class Drops(SharedWorld)",
        "class Drops(World)",
        "F:34: Drops: expected a class derived from SharedWorld, EpisodicWorld, ArenaWorld or ExternalWorld, got one derived from World; see alife/world/kinds.py",
    ),
    "a hook that is missing": (
        "    @property\n    def num_founders(self):\n        return self.params.population\n",
        "",
        "F:34: Drops: expected it to define num_founders, got none; see alife/world/kinds.py",
    ),
    "a method in place of a property": (
        "    @property\n",
        "",
        "F:44: Drops.num_founders: expected a whole number from 1 on, got a method; write @property above def num_founders(self)",
    ),
    "a missing return": (
        "        return self.params.population",
        "        self.params.population",
        "F:45: Drops.num_founders: expected a whole number from 1 on, got None; write return and the number",
    ),
    "half a founder": (
        "self.params.population\n",
        "self.params.population / 2\n",
        "F:45: Drops.num_founders: expected a whole number from 1 on, got 5.0; write int(...)",
    ),
    "no founders": (
        "self.params.population\n",
        "0\n",
        "F:45: Drops.num_founders: expected a whole number from 1 on, got 0; write 1 or more",
    ),
    "a Param that is not": (
        "self.params.population\n",
        "self.params.populaton\n",
        "F:46: Drops.num_founders: expected a value, got AttributeError: 'Params' object has no attribute 'populaton' in 'return self.params.populaton'; did you mean 'population'?; correct it",
    ),
    "tables in a list": (
        "        return self.params.population\n",
        '        return self.params.population\n\n    @property\n    def tables(self):\n        return ["stones"]\n',
        'F:49: Drops.tables: expected a dict by name, got a list; write {"name": value}',
    ),
    "half a row": (
        "        return self.params.population\n",
        '        return self.params.population\n\n    @property\n    def tables(self):\n        return {"stones": 3.5}\n',
        "F:49: Drops.tables: expected whole numbers of rows, 1 or more, got 3.5 for stones; write int(...)",
    ),
    "a constant of text": (
        "        return self.params.population\n",
        '        return self.params.population\n\n    @property\n    def constants(self):\n        return {"k": "three"}\n',
        "F:49: Drops.constants: expected numbers and arrays, got 'three' for k; write a number or an array",
    ),
    "a constant of numbers": (
        "        return self.params.population\n",
        '        return self.params.population\n\n    @property\n    def constants(self):\n        return {"k": [1, 2]}\n',
        "F:49: Drops.constants: expected numbers and arrays, got a list for k; write np.array([1, 2])",
    ),
    "a constant of NumPy": (
        "        return self.params.population\n",
        '        return self.params.population\n\n    @property\n    def constants(self):\n        import numpy; return {"k": numpy.float32(1)}\n',
        "F:49: Drops.constants: expected numbers and arrays, got float32 for k; write value.item()",
    ),
    "a constant in another byte order": (
        "        return self.params.population\n",
        '        return self.params.population\n\n    @property\n    def constants(self):\n        import numpy; return {"k": numpy.zeros(2, ">f4")}\n',
        "F:49: Drops.constants: expected arrays of float32, int32, uint32, int64, uint64, uint8, float16, got an array of >f4 for k; "
        'write .astype("float32")',
    ),
    "no constants": (
        "        return self.params.population\n",
        "        return self.params.population\n\n    @property\n    def constants(self):\n        pass\n",
        "F:49: Drops.constants: expected a dict by name, got None; write return and the dict",
    ),
    "a constant that is a Param": (
        "        return self.params.population\n",
        '        return self.params.population\n\n    @property\n    def constants(self):\n        return {"lifetime": 3}\n',
        "F:49: Drops.constants: expected names that are free, got lifetime, which is a Param or scalar; write another one",
    ),
    "no call of the base": (
        "    death_causes",
        "    def __init__(self, params):\n        pass\n\n    death_causes",
        "F:35: Drops: expected params, got none; write super().__init__(params)",
    ),
    "an error at import": (
        "from alife.world import Columns\n",
        "from alife.world import Columns\n\nx = 1 / 0\n",
        "F:8: expected a world that Python can import, got ZeroDivisionError: division by zero in 'x = 1 / 0'; correct the file",
    ),
    "an error below a call": (
        "from alife.world import Columns\n",
        "from alife.world import Columns\n\n\ndef helper(v):\n    return v.nothing\n\n\nx = helper(3)\n",
        "F:10: expected a world that Python can import, got AttributeError: 'int' object has no attribute 'nothing' in 'return v.nothing', called from line 13; correct the file",
    ),
    "a name that is not imported": (
        "from alife.world import Columns\n",
        "from alife.world import Columns\n\nx = clop(3)\n",
        "F:8: expected a world that Python can import, got NameError: name 'clop' is not defined in 'x = clop(3)'; did you mean 'clip'?; correct the file",
    ),
    "a name that is not there": (
        "from alife.world import Columns\n",
        "from alife.world import Columns, clamp\n",
        "F:6: expected a world that Python can import, got ImportError: cannot import name 'clamp' from 'alife.world' in 'from alife.world import Columns, clamp'; did you mean 'clip'?; correct the file",
    ),
    "a module that is not there": (
        "from alife.world import Columns\n",
        "from alife.world import Columns\nimport numpi\n",
        "F:7: expected a world that Python can import, got ModuleNotFoundError: No module named 'numpi' in 'import numpi'; correct the file",
    ),
    "a syntax error": (
        "class Drop(SharedAgent):",
        "class Drop(SharedAgent)",
        "F:14: expected a world that Python can import, got SyntaxError: expected ':'; correct the file",
    ),
    "two decorators of laws": (
        "@per_agent\ndef see",
        "@per_agent\n@per_agent\ndef see",
        "F:24: a law: expected a function written with def, got the law see; write one decorator of a law, and no other, above def name(a)",
    ),
    "a law of no function": (
        "@per_agent\ndef see(a):\n    a.senses.place = a.x",
        "see = per_agent(print)",
        "F:24: a law: expected a function written with def, got the function print; write one decorator of a law, and no other, above def name(a)",
    ),
    "rows of no table": (
        "@per_agent\ndef see",
        "@per_row\ndef see",
        'F:24: per_row: expected the name of a table, got the function see; write @per_row("agents")',
    ),
    "a static method": (
        "step = (steer,)",
        "step = (staticmethod(steer),)",
        "F:39: Drops.step: expected a tuple of Law, got the function steer in it; write @per_agent above def steer",
    ),
    "a Param that can change": (
        "    lifetime: int",
        "    places: list = []\n    lifetime: int",
        "F:11: Params.places: expected values that cannot change, got a list; write tuple[float, ...] or the like, with (...) as default",
    ),
    "an option that is none": (
        "@per_agent\ndef see",
        "@per_agent(reduction=())\ndef see",
        "F:24: unknown option of a law 'reduction': expected columns, parallel, period, reads_other_rows, reductions, scatter, tables; did you mean 'reductions'?",
    ),
    "an option in text": (
        "@per_agent\ndef see",
        '@per_agent(reductions="x")\ndef see',
        "F:24: reductions: expected a tuple of names of columns, got 'x'; write reductions=('x',)",
    ),
    "a measure upside down": (
        "from alife.world import Columns\n",
        'from alife.world import Columns\n\nm = Measure("a", 1, 0, "", "")\n',
        "F:8: measure a: expected low below high, got 1, 0",
    ),
}


def refusal(folder: Path, text: str) -> str:
    """Returns the error of a world file, which is F, as a configuration with it is read."""
    (folder / "worlds").mkdir(exist_ok=True)
    path = folder / "worlds" / "drops.py"
    path.write_text(text)
    (folder / "c.yaml").write_text("world: {name: drops}\nbrain: {name: dense}\nrun: {capacity: 16, threads: 1}\n")
    sys.modules.pop("worlds.drops", None)
    with pytest.raises(LocatedError) as caught:
        make_experiment(load_config(folder / "c.yaml")).process("cpu").metrics()
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(path), "F")


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_world_file_is_one_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    old, new, said = MISTAKES[name]
    assert WORLD.count(old) == 1 and said.startswith("F:")
    assert refusal(tmp_path, WORLD.replace(old, new)) == said


METRICS = "    def metric_values(self, fields, rows):\n        return {}\n"
SCENE = "    def scene(self, view, rows):\n        pass\n\n"
GONE = {
    "del Drops": "expected class Drops once it has run, got none; leave it that name",
    "Drops = 3": "expected class Drops once it has run, got an object of type int; leave it that name",
    "Params = Params()": "expected class Params once it has run, got an object of type Params; leave it that name",
    f"x = {'+'.join(['x'] * 5000)}": "expected a world that Python can import, got RecursionError: maximum recursion depth exceeded",
}  # fmt: skip


@pytest.mark.parametrize("line", GONE)
def test_a_file_that_takes_its_class_away_is_one_line(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(tmp_path, f"{WORLD}\n{line}\n").startswith(f"F: {GONE[line]}")


LATER = {  # found when the world is founded, or as a row of metrics is made
    "no method for values": (
        METRICS,
        "",
        'F:34: Drops.metric_values: expected a dict with a number for each of place, got none for place; write "place": ...',
    ),
    "a column that agents have": (
        "    left: int",
        '    clade: int = column("int64")\n    left: int',
        "F:16: Drop.clade: expected a column that is new, got clade, which every agent has; write another name",
    ),
    "a column without column(...)": (
        X,
        "x: float",
        'F:31: steer: expected a column that the world declares, got x; write x: float = column("float32") in a class of columns, if the engine has none of this name',
    ),
    "no values": (
        METRICS,
        METRICS.replace("return {}", "pass"),
        "F:44: Drops.metric_values: expected a dict with a number for each of place, got None; write return and the dict",
    ),
    "an array as a value": (
        METRICS,
        METRICS.replace("return {}", 'return {"place": fields["x"]}'),
        "F:44: Drops.metric_values: expected a dict with a number for each of place, got ndarray(...) for place; write"
        " float(...)",
    ),
    "a value too few": (
        METRICS,
        METRICS,
        'F:44: Drops.metric_values: expected a dict with a number for each of place, got none for place; write "place": ...',
    ),
    "a value too many": (
        METRICS,
        METRICS.replace("{}", '{"place": 1, "plase": 2}'),
        "F:44: Drops.metric_values: expected a dict with a number for each of place, got 'plase', which is not declared;"
        " did you mean 'place'?; write a declared name",
    ),
}


def test_a_scene_that_is_not_returned_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "drops.py").write_text(WORLD.replace("    @property\n", SCENE + "    @property\n"))
    (tmp_path / "c.yaml").write_text("world: {name: drops}\nbrain: {name: dense}\n")
    sys.modules.pop("worlds.drops", None)
    world = make_world(load_config(tmp_path / "c.yaml"))
    with pytest.raises(LocatedError, match=r"drops.py:44: Drops.scene: expected a Scene, got None; write return Scene"):
        scene_of(world, {}, np.arange(0))


@pytest.mark.parametrize("name", LATER)
def test_what_only_a_run_can_know_is_one_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    old, new, said = LATER[name]
    text = WORLD.replace("    @property\n", METRICS + "\n    @property\n")
    assert text.count(old) == 1
    assert refusal(tmp_path, text.replace(old, new)) == said


RIGHT = {
    "derived from another world": "import worlds.meadow as base\n\n\nclass Params(base.Params):\n    extra: int = 3\n\n\n"
    "class Drops(base.Meadow):\n    pass\n",
    "with a helper, further classes and tuples of laws": WORLD.replace(
        "class Drops(", "class Helper:\n    steps = (steer,)\n\n\nmoving = (steer,)\n\n\nclass Base(SharedWorld):\n"
        "    halves = (see,)\n\n\nclass Drops("
    ).replace("Drops(SharedWorld)", "Drops(Base)"),
    "with tuples that are made": WORLD.replace("(scatter,)", "tuple([scatter])").replace(
        "    @property\n", "    @property\n    def metrics(self):\n        return ()\n\n    @property\n"
    ).replace('    metrics = (Metric("place", "m", "mean"),)\n', ""),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_accepted(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "drops.py").write_text(RIGHT[name])
    (tmp_path / "c.yaml").write_text("world: {name: drops}\n")
    sys.modules.pop("worlds.drops", None)
    assert load_config(tmp_path / "c.yaml").names["world"] == "drops"


POND = """
import pydantic

from alife.parts.part import ComposedWorld, Part
from alife.parts.plane import Plane, PlaneParams
from alife.world import Sensor, per_agent


class Params(PlaneParams):
    side: int = pydantic.Field(64, ge=16)


@per_agent
def cool(a):
    a.heading = 0.0


class Own(Part):
    spend = (cool,)


class Drops(ComposedWorld):
    num_founders = 3
    parts = (Plane(bin_side=4), Own())
"""
PARTS = {
    "Own())": ("Own)", "F:24: Drops.parts: expected a tuple of Part, got the class Own in it; write Own(...) with brackets"),
    "(Plane(bin_side=4), Own())": ("(Own())", "F:24: Drops.parts: expected a tuple of Part, got Own(...) alone; write parts = (Own(...),) with its comma"),
    "spend = (cool,)": ("spend = cool", "F:19: Own.spend: expected a tuple of Law, got the law cool alone; write spend = (cool,) with its comma"),
    "spend =": ("spent =", "F:19: Own.spent: expected a name that worlds have, got spent; did you mean 'spend'?; write spend = ..."),
    "    spend = (cool,)": ("    sensors = (Sensor('x', 0, 1, '', ''),)", "F:19: Own.sensors: expected a method of the Params, got a tuple; write def sensors(self, params)"),
}  # fmt: skip


@pytest.mark.parametrize("old", PARTS)
def test_a_mistake_in_a_part_is_one_line(old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new, said = PARTS[old]
    assert refusal(tmp_path, POND.replace(old, new)) == said
