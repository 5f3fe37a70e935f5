"""Pages of forecasts, of the stock climate and of demand."""
