"""Pure rules of forecasts: methods, their choice by back-test, accuracy, the New Year, levels, VIA."""
