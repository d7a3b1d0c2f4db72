"""Evaluation of a run on the test part; `everything.py` says in one screen what is measured.

Cases are the texts and the slices they belong to; seen is what a model and its parts say of them. Measures are F1 and
the rest with their intervals, calibration the probabilities and the cost of a threshold, slices the same by type of
record, register, length, failure mode and sex, twins entries that differ in what decides. Swaps make the same text of
other people, flips count the flags that it moves. Baselines are what a user would pick instead, ablation sets all side
by side, gate says what the cascade loses. Card and plots are what a person reads.
"""

from training.evaluate.measures import CORE, figures, interval, macro, micro

__all__ = ["CORE", "figures", "interval", "macro", "micro"]
