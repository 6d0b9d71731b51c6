"""The figures of leads: what each one means is in `definitions`, how it is computed in `computing`."""
