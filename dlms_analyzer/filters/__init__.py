"""Display filters: Wireshark's syntax over the fields of the layers and of the engine.

Example:
    >>> from dlms_analyzer.filters import compile_filter
    >>> compile_filter('dlms.service == "aarq"').fields
    ('dlms.service',)
"""

from dlms_analyzer.filters.catalog import FilterField, catalog
from dlms_analyzer.filters.compiled import Filter, compile_filter
from dlms_analyzer.filters.errors import FilterError

__all__ = ["Filter", "FilterError", "FilterField", "catalog", "compile_filter"]
