"""The thin driver: send the terminal only the bytes that change what it shows.

Output: ``driver`` receives what Textual writes; ``output_parser`` draws it on a ``screen`` in memory and passes other
sequences on; ``output`` queues the newest screen and sends it from a thread; ``painter`` chooses the shortest bytes
for the difference: ``diff`` finds it, ``pen`` writes it. Pictures (``terminal.graphics``) are part of a frame.
Input: ``input`` reads the terminal and lets only keys, pastes and expected reports through.
Textual's private names are used in ``driver`` only; ``textual_internals`` lists them and checks them at startup.
"""
