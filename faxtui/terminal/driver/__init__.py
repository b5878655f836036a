"""The thin driver: what Textual paints reaches the terminal as the few bytes that change it.

How it goes: ``driver`` gets what Textual writes, ``reader`` paints it on a ``screen`` of ours and hands on what
is no painting, ``outbox`` keeps the newest screen, ``writer`` sends in a thread of its own what ``painter`` makes of
the difference (``runs``, ``orders``, ``moves``, ``sgr``) on the terminal that ``facts`` describes. What is typed comes
through ``tty_input`` and ``input_filter``, which passes on ``input_tokens``.
"""
