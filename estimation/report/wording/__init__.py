"""Sentences and numbers as people read them: rounding, likelihood words, texts in each language.

Start at `statements.say`; sentences stand in `texts/`.
"""
