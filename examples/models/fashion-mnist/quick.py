"""The models of prepare.py, trained with an eighth of the images: as large, and good enough for a first look.

Usage: quick.py <folder of the idx files> <output folder>
"""

from dataclasses import replace

import prepare

prepare.FULL = {name: replace(recipe, epochs=recipe.epochs / 8) for name, recipe in prepare.FULL.items()}
prepare.NEGATIVE = {}  # of the journeys alone
prepare.main()
