"""Quality of models on public data, beside their papers."""
