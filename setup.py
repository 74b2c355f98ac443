"""Metadata is in pyproject.toml; this only spells out which folders become which packages."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["nis2scan", "nis2scan.*"]),
        *(f"nis2scan.{name}" for name in find_packages(include=["checks", "checks.*", "reports", "reports.*"])),
    ]
)
