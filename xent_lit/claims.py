"""Where laws are checked is now ``xent_lit.proof``. This module goes in version 0.3."""

from ._renamed import old_names

__getattr__ = old_names(__name__)
