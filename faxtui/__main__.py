"""python -m faxtui"""

from faxtui.cli import main

main()
