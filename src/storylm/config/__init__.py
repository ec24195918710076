"""Every dial of ours: meaning, unit, default, and which values contradict another.

Hydra merges YAML and the command line into these dataclasses (`register` stores them as its
schema); `to_config` turns the result into real objects, whose `__post_init__` checks them. Nothing
here imports torch, so that a mistake is refused at once. What belongs to a run's *identity* can
change its numbers and names its folder; a dial marked `free` can not.
"""

from storylm.config.checks import at_least, check_file_name, free, in_unit_interval, require
from storylm.config.composing import compose_tree, register, to_config
from storylm.config.doctor import DoctorConfig
from storylm.config.evaluating import EvaluateConfig, Suite
from storylm.config.identity import (
    WATCHERS,
    differing_dials,
    identity,
    run_folder,
    run_name,
    runs_path,
)
from storylm.config.learning import (
    Average,
    OptimConfig,
    OptimizerKind,
    Scale,
    ScheduleConfig,
    ScheduleKind,
)
from storylm.config.model import MLP, ModelConfig, Norm, Position, RopeScaling
from storylm.config.plain import (
    default_of,
    dial_names,
    fingerprint,
    from_plain,
    refuse_extra,
    to_plain,
    unknown_dial,
)
from storylm.config.run import (
    OURS_NOT_THE_TRAINERS,
    Finetune,
    LoraConfig,
    NonFinite,
    Precision,
    Preflight,
    RunConfig,
    SweepConfig,
    TrainConfig,
)
from storylm.config.scripts import (
    AtlasConfig,
    BenchmarkConfig,
    BenchmarkKind,
    ExportConfig,
    Format,
    GenerateConfig,
    ImportConfig,
    ImportedRunConfig,
    ReplayConfig,
)
from storylm.config.serving import ServeConfig
from storylm.config.stored import (
    TextSources,
    finished_result,
    is_first_rank,
    own_result,
    read_config,
    read_result,
    say_done,
)
from storylm.config.text import LLAMA3_SPLIT, DataConfig, DataKind, TokenizerConfig, TokenizerKind

__all__ = [
    "LLAMA3_SPLIT",
    "MLP",
    "OURS_NOT_THE_TRAINERS",
    "WATCHERS",
    "AtlasConfig",
    "Average",
    "BenchmarkConfig",
    "BenchmarkKind",
    "DataConfig",
    "DataKind",
    "DoctorConfig",
    "EvaluateConfig",
    "ExportConfig",
    "Finetune",
    "Format",
    "GenerateConfig",
    "ImportConfig",
    "ImportedRunConfig",
    "LoraConfig",
    "ModelConfig",
    "NonFinite",
    "Norm",
    "OptimConfig",
    "OptimizerKind",
    "Position",
    "Precision",
    "Preflight",
    "ReplayConfig",
    "RopeScaling",
    "RunConfig",
    "Scale",
    "ScheduleConfig",
    "ScheduleKind",
    "ServeConfig",
    "Suite",
    "SweepConfig",
    "TextSources",
    "TokenizerConfig",
    "TokenizerKind",
    "TrainConfig",
    "at_least",
    "check_file_name",
    "compose_tree",
    "default_of",
    "dial_names",
    "differing_dials",
    "fingerprint",
    "finished_result",
    "free",
    "from_plain",
    "identity",
    "in_unit_interval",
    "is_first_rank",
    "own_result",
    "read_config",
    "read_result",
    "refuse_extra",
    "register",
    "require",
    "run_folder",
    "run_name",
    "runs_path",
    "say_done",
    "to_config",
    "to_plain",
    "unknown_dial",
]
