"""File formats that several public data sets share: each module reads one."""
