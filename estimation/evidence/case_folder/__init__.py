"""Any case as a folder, read and checked as a whole: people, what was counted, judgements and other sources.

Start at `contents.read_case`.
"""
