"""What every exercise must do: pass right answers, fail plausible wrong ones in words, never punish the stub."""


def judge(check, answers, *, status, words=""):
    """Calls a check and compares its verdict."""
    outcome = check(*answers)
    assert outcome.status == status, f"{outcome.status}: {outcome.message}"
    assert words.lower() in outcome.message.lower(), outcome.message
    assert outcome._repr_html_()
