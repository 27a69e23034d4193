"""Sentences and numbers as people read them: rounding, likelihood words, texts in each language.

Start at `wording.headline`; sentences stand in `texts/`.
"""
