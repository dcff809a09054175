"""The screens in a browser: textual-serve behind a guard that lets in one browser, and no page of anybody else."""
