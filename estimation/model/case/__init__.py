"""One region with what was observed in it and what other sources say, and the draws that go into the model.

Start at `case.Case`; `build.case_of` makes one, `inputs.draw_inputs` its draws.
"""
