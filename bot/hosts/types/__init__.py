"""What an Engine tells, as frozen values of our own: no other package sees the SDK's answers.

Every string that an Engine reports is `Untrusted`, names included: a container may be called
`example.com`, which a phone turns into a link.
"""

from bot.hosts.types.containers import Container, Details, Port, Processes, Stack, Stats, Sweep
from bot.hosts.types.engine import (
    BuildRecord,
    DiskUsage,
    EngineInfo,
    EngineVersion,
    Event,
    Gap,
    Happening,
    Snapshot,
    Unreachable,
)
from bot.hosts.types.images import Image
from bot.hosts.types.kinds import Kind, Target
from bot.hosts.types.logs import LogLine, LogMatches
from bot.hosts.types.machine import Machine
from bot.hosts.types.networks import Endpoint, Network, NetworkDetails
from bot.hosts.types.volumes import Volume, VolumeDetails

__all__ = [
    "BuildRecord",
    "Container",
    "Details",
    "DiskUsage",
    "Endpoint",
    "EngineInfo",
    "EngineVersion",
    "Event",
    "Gap",
    "Happening",
    "Image",
    "Kind",
    "LogLine",
    "LogMatches",
    "Machine",
    "Network",
    "NetworkDetails",
    "Port",
    "Processes",
    "Snapshot",
    "Stack",
    "Stats",
    "Sweep",
    "Target",
    "Unreachable",
    "Volume",
    "VolumeDetails",
]
