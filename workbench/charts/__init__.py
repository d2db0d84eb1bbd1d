"""Charts as values first, drawn by plotly on screen and by matplotlib in documents."""
