"""The commands of the terminal, by what they are for. Each is a function that adds its arguments to a parser."""

from distilkit.commands.asking import add_ask, add_compare, add_estimate, add_rehearse
from distilkit.commands.batches import add_batches
from distilkit.commands.deciding import add_frontier, add_pairwise, add_recommend, add_summarize
from distilkit.commands.discovering import add_discover, add_models
from distilkit.commands.distilling import add_distill
from distilkit.commands.looking import add_check, add_profiles, add_spend, add_status
from distilkit.commands.serving import DEMO_PROFILES, add_demo, add_sim, add_store

__all__ = [
    "DEMO_PROFILES",
    "add_ask",
    "add_batches",
    "add_check",
    "add_compare",
    "add_demo",
    "add_discover",
    "add_distill",
    "add_estimate",
    "add_frontier",
    "add_models",
    "add_pairwise",
    "add_profiles",
    "add_recommend",
    "add_rehearse",
    "add_sim",
    "add_spend",
    "add_status",
    "add_store",
    "add_summarize",
]
