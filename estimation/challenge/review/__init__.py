"""What a register says, what another would change, and whether draws support a claim.

Start at `answer.answer` for a register, at `claim_check.check` for a claim.
"""
