"""Reads of forecasts."""
