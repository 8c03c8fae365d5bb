"""Numbers of few runs: means with bootstrap intervals."""

from alife.bootstrap import Mean as Mean
from alife.bootstrap import mean_of as mean_of
